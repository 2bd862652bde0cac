"""What is to be known of an advisory before a lake is asked who is exposed?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from conda_census.engines.lake_tables import LakeTables
from conda_census.errors import CensusError
from conda_census.exposure.assessment import AssessmentInputs
from conda_census.exposure.assessment_schema import AdvisoryKeys, FixKeys, NamedAdvisory
from conda_census.exposure.downloaded_builds import list_downloaded_builds
from conda_census.exposure.exposed_environments import ACTIVE_DAYS
from conda_census.exposure.known_numbers import first_of_active_days
from conda_census.exposure.matches import BuildMatch, match_table
from conda_census.exposure.unclear_records import find_unclear_records, list_downloaded_channels
from conda_census.exposure.unmapped import Unmapped, count_unmapped
from conda_census.logs.possible_times import EARLIEST_TIME
from conda_census.metrics.coverage.accounting import why_nothing_is_known
from conda_census.metrics.coverage.window import BEYOND, Window, choose_window, known_days, within
from conda_census.metrics.sample import ALL, Sample, choose_sample
from conda_census.vulnerabilities.advisory_import import is_recorded
from conda_census.vulnerabilities.affected_packages import bundles_of, packages_of
from conda_census.vulnerabilities.aliases import AdvisoryGroup
from conda_census.vulnerabilities.conda_packages import Build
from conda_census.vulnerabilities.database import VulnerabilityDatabase
from conda_census.vulnerabilities.fixes import advisories_of, smallest_fix
from conda_census.vulnerabilities.matching import Matcher, group_by_name
from conda_census.vulnerabilities.repodata import channel_builds

__all__ = ["count_unmapped_lately", "disclosed_on", "gather_inputs", "last_day", "match_builds", "named_keys"]

#: The project of a package, or that it has none; of several in a bundle the versions say nothing.
_KNOWN = ("mapped", "none")
_FEW = Sample(256)
_EARLIEST = date.fromisoformat(EARLIEST_TIME)


def gather_inputs(
    known: VulnerabilityDatabase,
    tables: LakeTables,
    group: AdvisoryGroup,
    as_of: date,
    disclosed: date | None = None,
) -> AssessmentInputs:
    """What there is to know of an advisory up to ``as_of``, by the builds that were downloaded.

    ``disclosed``: by default that of ``disclosed_on``.

    Raises:
        CensusError: nothing leads from the advisory to a conda package, or nobody downloaded one of the
            name that was asked for: that nobody is exposed would be more than is known. Or nothing can have
            been disclosed on that day.
    """
    window = choose_window(tables, until=as_of)
    if disclosed is not None:
        _expect_possible(disclosed, window)
    names = known.matcher.packages(group)
    if group.is_open and not names:
        raise CensusError(f"{group.id}: {_why_unknown(group, known.matcher)}")
    listed = channel_builds(known.lake, names)
    seen = list_downloaded_builds(tables.downloads, names, as_of, listed)
    builds = [each.build for each in seen]
    if not seen and not is_recorded(group):
        raise CensusError(
            f"{', '.join(names)}: no conda package of this name was downloaded up to {as_of}: check it, for "
            "names of PyPI may be others"
        )
    day = disclosed or disclosed_on(group, as_of)
    unclear = find_unclear_records(
        group, known.matcher, group_by_name(builds), lambda: list_downloaded_channels(tables.downloads, as_of)
    )
    return AssessmentInputs(
        advisory=_keys(group, known.matcher),
        matches=match_table(match_builds(0, group, group_by_name(builds), known.matcher), {0: day}),
        seen=seen,
        fix=_fix(known, group, builds, listed),
        unknown=count_unmapped_lately(known, tables, window),
        window=window,
        unclear=unclear,
    )


def last_day(tables: LakeTables, as_of: date | None) -> date:
    """The day that is asked for, by default the last one with data.

    Raises:
        CensusError: the lake holds nothing yet, nothing of that day, or no log of the 30 days up to it:
            nobody is known to be active on it, which is not to say that nobody is exposed.
    """
    window = choose_window(tables)
    if window.since is None or window.until is None:
        raise CensusError(why_nothing_is_known(tables))
    if as_of is not None and not window.since <= as_of <= window.until:
        raise CensusError(
            f"{as_of}: the logs that were ingested are of {window.since} to {window.until}: "
            "choose a day of these with --as-of"
        )
    last = as_of or window.until
    first, known = first_of_active_days(last), known_days(tables)
    if known.last_known(max(first, window.since), last) is None:
        before = known.last_known(window.since, last)
        before_them = f", the last before these days of {before}" if before else ""
        raise CensusError(
            f"{max(first, window.since)} to {last}: no log of these days was read: the logs that were read "
            f"are of {window.since} to {window.until}{before_them}: read the logs of these days, or choose "
            "another day with --as-of"
        )
    return last


def disclosed_on(group: AdvisoryGroup, as_of: date) -> date:
    """The day on which the first record was published; where none says when, ``as_of``."""
    return group.published.date() if group.published else as_of


def _expect_possible(disclosed: date, window: Window) -> None:
    if window.since is None or window.until is None:
        return
    if disclosed < _EARLIEST or disclosed - window.until > BEYOND:
        raise CensusError(
            f"{disclosed}: the logs that were ingested are of {window.since} to {window.until}: choose a day "
            f"from {EARLIEST_TIME} to {BEYOND.days} days after these with --disclosed"
        )


def match_builds(
    number: int, group: AdvisoryGroup, builds: dict[str, list[Build]], matcher: Matcher
) -> list[BuildMatch]:
    """The verdicts of an advisory, which is called ``number``; unknown ones are left out.

    But if a record does not say which versions are affected, whoever moved to another one may have been
    mended: so that "at the least" is true, that one is called unaffected. ``unclear`` makes null what
    else would count it.

    ``builds`` are those of ``verdicts.by_name``.
    """
    return [
        BuildMatch(
            advisory=number,
            channel=build.channel,
            subdir=build.subdir,
            name=build.name,
            version=build.version,
            build=build.build,
            affected=verdict == "affected",
            is_fix=matcher.is_fix(group, build),
        )
        for build, verdict in matcher.match(group, builds)
        if verdict != "unknown" or matcher.is_unclear(group, build)
    ]


def _keys(group: AdvisoryGroup, matcher: Matcher) -> AdvisoryKeys:
    return {
        **named_keys(group),
        "packages": packages_of(group, matcher),
        "withdrawn": not group.is_open,
        "bundled": bundles_of(group, matcher),
    }


def named_keys(group: AdvisoryGroup) -> NamedAdvisory:
    """Return what an advisory is called, as documents have it."""
    return NamedAdvisory(
        id=group.id,
        aliases=[name for name in group.ids if name != group.id],
        summary=group.summary,
        severity=group.severity,
        published=group.published.date().isoformat() if group.published else None,
    )


def _why_unknown(group: AdvisoryGroup, matcher: Matcher) -> str:
    if bundles := bundles_of(group, matcher):
        return (
            f"only within {', '.join(bundles)}, beside other projects, so that no version tells: say which "
            "builds are affected with conda-census advisories override"
        )
    named = {":".join(project) for record in group.active_records for project in record.projects}
    return (
        f"no map leads from {', '.join(sorted(named)) or 'its record'} to a conda package: import one that "
        "does with conda-census advisories names"
    )


def _fix(
    known: VulnerabilityDatabase, group: AdvisoryGroup, seen: Iterable[Build], listed: Iterable[Build]
) -> FixKeys | None:
    """Of the first package, by name, that has one; those that somebody downloaded come first."""
    there, held = group_by_name(listed), group_by_name(seen)
    for name in sorted(there, key=lambda each: (each not in held, each)):
        everything = {
            each.id: each for each in (group, *advisories_of(name, known.advisories, known.matcher))
        }
        affected = [build for build in held.get(name, ()) if known.matcher.status(group, build) == "affected"]
        found = smallest_fix(there[name], everything.values(), known.matcher, affected)
        if found is not None:
            return FixKeys(
                channel=found.channel,
                version=found.version,
                build=found.build,
                clears=list(found.clears),
                subdirs=list(found.subdirs),
                command=found.command,
            )
    return None


def count_unmapped_lately(known: VulnerabilityDatabase, tables: LakeTables, window: Window) -> Unmapped:
    """Of how much of what was downloaded in the last days no advisory can say anything; by a sample."""
    if window.until is None:
        return count_unmapped(tables.downloads, ())
    last = replace(window, since=window.until - timedelta(days=ACTIVE_DAYS - 1))
    recent = within(tables, last)
    # A record may name a conda package by itself.
    told = {name for group in known.open_advisories for name in known.matcher.packages(group)}
    named = {name for name in known.names.conda_names if known.names.mapping_status(name) in _KNOWN}
    # A share needs fewer installations than a count.
    sample = _FEW if choose_sample(tables, last) != ALL else ALL
    some = sample.of_installations(recent).downloads
    return count_unmapped(some, told | named)
