"""Tables of a simulated lake in memory, for trials of many seeds."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from conda_census.lake.schema import TableName
from conda_census.simulate.lake import DaysOfRows
from conda_census.simulate.scenario import Scenario
from conda_census.simulate.truth import Truth

__all__ = ["SimulatedTables", "simulate_tables"]


@dataclass(frozen=True)
class SimulatedTables:
    """Tables of a lake in memory, except ``request_ids``, and the truth about them."""

    tables: dict[TableName, pa.Table]
    truth: Truth


def simulate_tables(scenario: Scenario) -> SimulatedTables:
    """Return the tables of a lake with all days of a scenario. Nothing is written to a disk.

    The dials ``late`` and ``garbage`` have no effect: they concern only logs.
    """
    days = DaysOfRows(scenario)
    rows = list(days)
    tables: dict[TableName, pa.Table] = {
        name: pa.concat_tables([of_day[name] for of_day in rows]) for name in rows[0]
    }
    return SimulatedTables(tables, days.truth())
