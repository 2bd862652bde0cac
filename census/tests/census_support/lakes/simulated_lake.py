"""Which lake has something of everything? One of a made-up population with every dial turned up."""

from __future__ import annotations

from pathlib import Path

from conda_census.config import Settings
from conda_census.ingest.pipeline import ingest
from conda_census.lake.store import Lake
from conda_census.simulate.logs import LogShape, simulate
from conda_census.simulate.scenario import Scenario, preset

__all__ = ["simulated_lake"]


def simulated_lake(folder: Path) -> Lake:
    """Ten days of 60 installations and what disturbs them, ingested into ``folder / "lake"``."""
    scenario = preset("hostile", Scenario(installations=60, days=10, seed=5), {})
    simulate(scenario, folder / "logs", LogShape(), lambda *_, **__: None)
    settings = Settings(folder / "lake", folder / "config", "main")
    ingest([str(folder / "logs")], settings, "auto", lambda **_: None)
    return Lake.open(settings.lake)
