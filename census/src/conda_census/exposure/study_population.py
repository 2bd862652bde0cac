"""Which environments could an advisory concern, of which class, and when were they seen?

The unit of exposure is the pair (environment, installation). An environment token that was copied to many
installations is one unit, of class ``image``, for as many of them as there are. A download or a session
without an environment token belongs to no unit; an installation's cache of packages holds what it fetched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import ibis
from ibis.expr.types import BinaryValue, BooleanValue, NumericValue, Table, TimestampValue

from conda_census.engines.lake_tables import LakeTables
from conda_census.exposure.downloaded_builds import DownloadedBuild, downloaded_builds_table
from conda_census.exposure.matches import BUILD, MatchTable, select_own_downloads
from conda_census.metrics.classes import ClassRules, copied
from conda_census.metrics.counts import counts
from conda_census.metrics.coverage.window import Window
from conda_census.metrics.population import population
from conda_census.metrics.sample import ALL, Sample, count_tokens, fitting, more_elsewhere

__all__ = [
    "COPIED",
    "PACKAGE_OF_UNIT",
    "UNIT",
    "StudyPopulation",
    "choose_sample_for",
    "choose_sample_for_all",
    "holds_affected",
    "installation_of_unit",
    "study_population",
]

#: The columns that name a unit. ``owner`` is its installation, and ``COPIED`` where the token was copied.
UNIT = ("environment", "owner")
COPIED = b""
#: The columns that name one package of one unit, for one advisory.
PACKAGE_OF_UNIT = ("advisory", "name", *UNIT)
_PAIR = ("client", "environment")
_DEFAULT_RULES = ClassRules()
#: With more downloads of the packages than these, those of a sample say enough; all of them take too long.
_MANY_DOWNLOADS = 400_000
#: If so, those of a sample are no more than these.
_SAMPLED_DOWNLOADS = 200_000
#: Of many advisories, so many downloads and verdicts on them are looked at within less than a minute.
_MOST_VERDICTS = 4_000_000


@dataclass(frozen=True)
class StudyPopulation:
    """What is known of those whom advisories may concern, up to and including the day ``as_of``.

    Attributes:
        downloads: those of ``matches.select_own_downloads``, also of no environment and of no installation.
        units: one row for each pair: client, environment, owner, class, last_day (on which its unit was
            seen), last_began (when the unit's last session began). The class is that of its installation, and
            ``image`` for a token that was copied, all rows of which have the same unit. And weight, the share
            of its installations that is in the sample: so a unit that many of them could bring into it counts
            no more than another (Sirken, JASA 65, 1970).
        own: the downloads that belong to a unit: advisory, name, number, day, time, affected, and of the unit
            environment, owner, class, weight.
        days: the days on which a unit was seen: environment, owner, class, day.
    """

    matches: MatchTable
    as_of: date
    downloads: Table
    units: Table
    own: Table
    days: Table


@contextmanager
def study_population(
    tables: LakeTables,
    matches: MatchTable,
    as_of: date,
    sample: Sample = ALL,
    rules: ClassRules = _DEFAULT_RULES,
) -> Iterator[StudyPopulation]:
    """What every question about ``matches`` needs, computed once and kept for as long as the context lasts.

    ``tables`` are those of ``sample.with_others``.

    It reads the downloads of these packages, who had a session, and the environments of all sessions.
    """
    sessions = _visits(tables.sessions, as_of)
    with (
        tables.keep(select_own_downloads(tables.downloads, matches, as_of)) as downloads,
        tables.keep(_of_holders(sessions, downloads)) as theirs,
        tables.keep(more_elsewhere(count_tokens(theirs), sessions)) as elsewhere,
        # As a rule there are none, and an engine that sees so reads nothing.
        tables.keep(_of_others(sessions, theirs, elsewhere)) as of_others,
    ):
        visits = theirs.union(of_others)
        with (
            tables.keep(_units(visits, as_of, sample, rules)) as units,
            tables.keep(_own(downloads, units)) as own,
            tables.keep(_days(visits, units)) as days,
        ):
            yield StudyPopulation(matches, as_of, downloads, units, own, days)


def choose_sample_for(seen: Iterable[DownloadedBuild], many: int = _MANY_DOWNLOADS) -> Sample:
    """All installations, or of a package that nearly everybody has, some: a rare one is looked at whole.

    If some, at most those that stand apart in the lake's files. ``seen`` are the builds of the package.
    """
    found = sum(each.downloads for each in seen)
    return ALL if found <= many else fitting(found, _SAMPLED_DOWNLOADS)


def choose_sample_for_all(
    matches: MatchTable, seen: Iterable[DownloadedBuild], most: int = _MOST_VERDICTS
) -> Sample:
    """As many installations as a question about many advisories can look at, all if they are few."""
    verdicts = matches.builds.inner_join(downloaded_builds_table(seen), BUILD)
    found = counts(verdicts.aggregate(number=verdicts.downloads.sum()))["number"]
    return fitting(found, most, least_one_in=1)


def holds_affected(last_affected: TimestampValue, last_unaffected: TimestampValue) -> BooleanValue:
    """Tell whether a unit holds an affected build of a package: the latest own download is what it holds.

    If an affected and an unaffected build were downloaded at the same time, the affected one is held.

    Args:
        last_affected: the time of the unit's last download of an affected build; null without one.
        last_unaffected: the same of an unaffected build.
    """
    is_later = last_affected >= last_unaffected
    return last_affected.notnull() & (last_unaffected.isnull() | is_later)


def installation_of_unit(units: Table) -> BinaryValue:
    """Return the installation of each unit; a copied token has none, and counts as one of its own."""
    return (units.owner == ibis.literal(COPIED)).ifelse(units.environment, units.owner)


def _visits(sessions: Table, as_of: date) -> Table:
    """Rows: a session, or a part of it, each: client, environment (or null), day, first_time, last_time."""
    known = sessions.filter(sessions.client.notnull(), sessions.day <= as_of)
    return known.select(*_PAIR, "day", "first_time", "last_time")


def _of_holders(visits: Table, downloads: Table) -> Table:
    """Those of every installation that downloaded an affected build."""
    holders = downloads.filter(downloads.affected).select("client").distinct()
    return visits.semi_join(holders, "client")


def _of_others(visits: Table, theirs: Table, elsewhere: Table) -> Table:
    """Those of all other installations that have one of the same environment tokens.

    Whether a token was copied is seen only from all who have it.
    """
    return visits.semi_join(elsewhere, "environment").anti_join(theirs.select("client").distinct(), "client")


def _units(visits: Table, as_of: date, sample: Sample, rules: ClassRules) -> Table:
    classes = population(visits, Window(None, as_of, None), rules).select("client", "class")
    seen = visits.filter(visits.environment.notnull())
    pairs = seen.group_by(_PAIR).aggregate(last_day=seen.day.max(), last_began=seen.first_time.max())
    copies = copied(pairs, rules).select(copied_environment="environment")
    marked = pairs.left_join(copies, pairs.environment == copies.copied_environment)
    is_copied = marked.copied_environment.notnull()
    owned = marked.mutate(owner=is_copied.ifelse(ibis.literal(COPIED), marked.client))
    # A copied token was seen when any installation was seen that has it.
    of_unit = ibis.window(group_by=UNIT)
    seen_last = {name: owned[name].max().over(of_unit) for name in ("last_day", "last_began")}
    # From a whole number: DuckDB reads 1.0 as a decimal.
    weight: NumericValue = ibis.literal(1).cast("float64")
    if sample != ALL:
        weight = sample.takes(owned.client).cast("float64").mean().over(of_unit)
    units = owned.mutate(**seen_last, weight=weight).inner_join(classes, "client")
    return units.filter(units.weight > 0).select(*_PAIR, "owner", "class", *seen_last, "weight")


def _own(downloads: Table, units: Table) -> Table:
    pairs = units.select(*_PAIR, "owner", "class", "weight")
    return downloads.inner_join(pairs, _PAIR).drop("client")


def _days(visits: Table, units: Table) -> Table:
    pairs = units.select(*_PAIR, "owner", "class")
    return visits.inner_join(pairs, _PAIR).select(*UNIT, "class", "day").distinct()
