"""Lake of a scenario without logs: rows as ingest would have made them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from conda_census.ingest.rows import PartRows
from conda_census.ingest.staging import append_staged, stage_part
from conda_census.lake.batches import WriterBatches
from conda_census.lake.store import Lake
from conda_census.simulate.day_truth import look_at
from conda_census.simulate.disclosures import channel_of
from conda_census.simulate.lake_rows import SOURCE_FORMAT, LakeRows
from conda_census.simulate.new_folder import make_new_folder
from conda_census.simulate.published import publish
from conda_census.simulate.scenario import Scenario
from conda_census.simulate.traffic import Days
from conda_census.simulate.true_population import populate
from conda_census.simulate.truth import Truth, Witness, write_truth
from conda_census.steps import Steps

__all__ = ["DaysOfRows", "simulate_lake"]

#: Used as the key of the pseudonyms of a lake: there is no key, so no log can be added to the lake.
_NO_KEY = SOURCE_FORMAT
_WRITER = "simulate"
_PUBLISHED = "simulated"


def simulate_lake(scenario: Scenario, path: Path, progress: Steps) -> Truth:
    """Write a new lake, and ``truth.json`` into its folder; return the truth.

    The disclosures, if there are any, are in its folder ``simulated``.

    The rows of a day are written before the next day is made. They all join the lake at once at the end.

    Args:
        scenario: what is simulated.
        path: the folder; it is created.
        progress: is notified of each day.

    Raises:
        CensusError: the folder is not empty, or cannot be written.
    """
    make_new_folder(path, "--to-lake")
    lake, days = Lake.open_or_create(path, _NO_KEY), DaysOfRows(scenario)
    with lake.private(), WriterBatches(lake, _WRITER) as batches:
        batch = batches.write_down([], SOURCE_FORMAT)
        batch.start_staging()
        for number, rows in enumerate(days):
            progress(str(scenario.since + timedelta(days=number)), done=number, of=scenario.days)
            stage_part(batch, number, rows)
        truth = days.truth()
        batch.end_staging([{"lines": truth["lines"], "requests": truth["lines"], "dropped": {}}])
        append_staged(lake, batch)
        batches.finish(batch)
    # Apart from the lake's own tables, one of which holds advisories.
    publish(scenario, path / _PUBLISHED)
    write_truth(truth, path)
    return truth


class DaysOfRows:
    """Rows of each day in order; afterwards the truth about them."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._population, self._channel = populate(scenario), channel_of(scenario)
        everything = (scenario, self._population, self._channel)
        self._days, self._rows, self._witness = Days(*everything), LakeRows(*everything), Witness(*everything)

    def __iter__(self) -> Iterator[PartRows]:
        for number in range(self._scenario.days):
            day = self._days.day(number)
            requests = len(day.session) + len(day.fetched_s) + len(day.others_s)
            self._witness.see(look_at(day, self._population, self._channel, requests))
            yield self._rows.of_day(day)

    def truth(self) -> Truth:
        """Return the truth of the days that were iterated over."""
        return self._witness.truth()
