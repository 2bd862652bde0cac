"""What a report counts on each day of a lake, read from its files by a few lines of SQL."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import duckdb

from conda_census.config import Settings
from conda_census.ingest.pipeline import ingest
from conda_census.lake.checks.self_check import open_checked

__all__ = ["Counts", "counts_of", "ingest_all", "settings_of"]

#: Requests, downloads and installers of a day.
Counts = dict[tuple[str, date], int]


def settings_of(folder: Path) -> Settings:
    """Return settings of a lake and keys in this folder."""
    return Settings(folder / "lake", folder / "config", "main")


def ingest_all(settings: Settings, logs: list[Path]) -> None:
    """Read these logs into the lake, none of which fails."""
    assert ingest([str(log) for log in logs], settings, "auto", lambda **_: None).failed == 0


def counts_of(settings: Settings) -> Counts:
    """Return requests, downloads and installers of each day."""
    lake, counts = open_checked(settings.lake), Counter[tuple[str, date]]()
    for name, what in (
        ("sessions", "sum(requests)"),
        ("downloads", "count(*)"),
        ("installer_downloads", "count(*)"),
    ):
        if files := lake.files(name):  # type: ignore[arg-type]
            rows = duckdb.execute(
                f"SELECT day, {what} FROM read_parquet(?, hive_types = {{'day': DATE}}) GROUP BY ALL", [files]
            ).fetchall()
            counts.update({(name, day): int(number) for day, number in rows})
    return dict(counts)
