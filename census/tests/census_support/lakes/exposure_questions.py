"""Which questions of exposure can a lake be asked? Of a made-up channel, whose builds are known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

from ibis.expr.types import Table

from conda_census.engines.lake_tables import LakeTables
from conda_census.exposure.downloaded_builds import list_downloaded_builds
from conda_census.exposure.exposed_environments import count_exposed
from conda_census.exposure.follow_up import count_gaps
from conda_census.exposure.matches import BuildMatch, MatchTable, find_first_fixes, match_table
from conda_census.exposure.remediation import find_cohorts
from conda_census.exposure.still_downloaded import list_still_downloaded
from conda_census.exposure.study_population import StudyPopulation, study_population
from conda_census.exposure.unmapped import count_unmapped
from conda_census.metrics.sample import Sample
from conda_census.simulate.channel import NOARCH, SUBDIRS, build, make_channel, version

__all__ = ["EXPOSURE_QUESTIONS", "AskedOfExposure", "asked_of_exposure"]

#: The most wanted packages of the channel, among them those that have a release within the days of a lake.
_PACKAGES = 60
_DAYS = 10
_SEED = 5
_AT_RISK = ("advisory", "installation", "class", "is_prevalent", "entry", "event", "last_visit", "fix")


def made_up_advisories(disclosed: date) -> MatchTable:
    """An advisory for each package that has a newer release within the days: all before it are affected."""
    channel = make_channel(_SEED)
    first, last = channel.releases(0), channel.releases(_DAYS - 1)
    numbers = [number for number in range(_PACKAGES) if last[number] > first[number]]
    verdicts = [
        BuildMatch(
            advisory=number,
            channel=channel.channels[number],
            subdir=subdir,
            name=channel.names[number],
            version=version(release),
            build=build(release, is_noarch=bool(channel.is_noarch[number])),
            affected=release < last[number],
            is_fix=release >= last[number],
        )
        for number in numbers
        for release in range(int(first[number]) - 1, int(last[number]) + 1)
        for subdir in (NOARCH, *SUBDIRS)
    ]
    return match_table(verdicts, dict.fromkeys(numbers, disclosed))


@dataclass(frozen=True)
class AskedOfExposure:
    """A lake, and what is known of those whom the made-up advisories may concern."""

    tables: LakeTables
    known: StudyPopulation


def _of_a_quarter(lake: AskedOfExposure) -> object:
    """Exposed and at risk, of one installation in four."""
    quarter, known = Sample(4), lake.known
    with (
        quarter.with_others(lake.tables) as tables,
        study_population(tables, known.matches, known.as_of, quarter) as some,
    ):
        return count_exposed(some), _rows(find_cohorts(some, _fixes(lake)).order_by(_AT_RISK))


EXPOSURE_QUESTIONS: dict[str, Callable[[AskedOfExposure], object]] = {
    "exposed": lambda lake: count_exposed(lake.known),
    "gaps": lambda lake: _rows(count_gaps(lake.known, lake.known.matches.disclosed)),
    "judged": lambda lake: _rows(_fixes(lake).order_by("advisory", "name", "channel", "subdir")),
    "sampled": _of_a_quarter,
    "still_downloaded": lambda lake: list_still_downloaded(lake.tables, lake.known.matches, lake.known.as_of),
    "unknown": lambda lake: count_unmapped(lake.tables.downloads, ["numpy", "pandas", "python"]),
    "remediation": lambda lake: _rows(find_cohorts(lake.known, _fixes(lake)).order_by(_AT_RISK)),
}


@contextmanager
def asked_of_exposure(tables: LakeTables, until: date) -> Iterator[AskedOfExposure]:
    """A lake of ten days up to ``until``, with everything disclosed in the middle of them."""
    with study_population(tables, made_up_advisories(until - timedelta(days=_DAYS // 2)), until) as known:
        yield AskedOfExposure(tables, known)


def _fixes(lake: AskedOfExposure) -> Table:
    matches = lake.known.matches
    return find_first_fixes(
        matches, list_downloaded_builds(lake.tables.downloads, matches.names, lake.known.as_of)
    )


def _rows(table: Table) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = table.to_pyarrow().to_pylist()
    return rows
