"""Usage report: one document for every surface, with the same bytes for the same lake."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from ibis.expr.types import Table

from conda_census.engines.lake_tables import LakeTables
from conda_census.lake.records.doubts import Doubt, DoubtAbout
from conda_census.metrics.agent_shares import PARTS, AgentCount, AgentPart, count_agents
from conda_census.metrics.coverage.accounting import LineCounts, account
from conda_census.metrics.coverage.completeness import count_days
from conda_census.metrics.coverage.copied_logs import count_copies
from conda_census.metrics.coverage.doubtful_logs import (
    DoubtfulLogs,
    count_logs,
    days_of,
    doubts_before,
    times_of_doubts,
)
from conda_census.metrics.coverage.silent_days import days_between
from conda_census.metrics.coverage.window import Window, choose_window, log_times, within
from conda_census.metrics.day_totals import Day, count_by_day
from conda_census.metrics.downloads import count_downloads
from conda_census.metrics.environments import Environments, Spread, count_environments
from conda_census.metrics.installations import Installations, LastDays, count_installations
from conda_census.metrics.installers import InstallerDownloadCounts, count_installer_downloads
from conda_census.metrics.intervals import Estimate
from conda_census.metrics.opted_out import OptedOut, count_opted_out
from conda_census.metrics.organization_counts import Organization, count_organizations
from conda_census.metrics.packages import PackageCounts, count_package, count_packages, expect_package
from conda_census.metrics.population import population
from conda_census.metrics.retention import Cohort, count_retention
from conda_census.metrics.sample import ALL, CountInterval, Sample, SampleCounts, choose_sample
from conda_census.metrics.sessions import count_sessions
from conda_census.reports.usage.notes import (
    NOTES,
    notes_on_copies,
    notes_on_doubts,
    notes_on_gaps,
    notes_on_tokens,
    notes_on_unread_logs,
)
from conda_census.reports.usage.schema import (
    Report,
)

__all__ = ["TOP", "Report", "make_report"]


AnySpread = TypeVar("AnySpread", Environments, Spread)
#: Scales a number in the sample up to all.
Times = Callable[[int], int]

#: The default number of packages for each measure.
TOP = 20


def make_report(
    tables: LakeTables,
    since: date | None = None,
    until: date | None = None,
    *,
    top: int = TOP,
    package: str | None = None,
    sample: Sample | None = None,
    organizations: Mapping[str, bytes] | None = None,
) -> Report:
    """Return the report on the window from ``since`` to ``until``, by default over all days with data.

    It has the ``top`` packages by each measure, and all versions of one ``package``. ``sample``: the
    installations to examine, by default all unless they are very many. ``organizations``: the pseudonym of
    each organisation that has a name.

    Raises:
        WindowError: ``since`` is after ``until``, or no day of the window has a log.
        PackageError: nobody downloaded the ``package`` in the window.
        AccountingError: lines of the logs are missing or counted twice.
    """
    window = choose_window(tables, since, until)
    if package is not None:
        package = package.lower()
        expect_package(within(tables, window).downloads, package)
    chosen = choose_sample(tables, window) if sample is None else sample
    inside = within(tables, window)
    some = chosen.of_installations(tables)
    with chosen.with_others(tables) as theirs, tables.keep(_sampled(theirs, window, chosen)) as installations:
        looked_at = _LookedAt(chosen, within(some, window), installations)
        counted, environments = count_installations(installations, window), count_environments(installations)
        sessions = chosen.scale(count_sessions(looked_at.inside.sessions), "total", "without_token")
        copies = count_copies(inside)
        doubts = times_of_doubts(inside, "tokens", "addresses", "unread")
        hidden = days_of(times for doubt, times in doubts.items() if doubt.about == "tokens")
        doubtful = _doubtful_logs(doubts, doubts_before(tables, window, "tokens", "unread"))
        return Report(
            window=window,
            sample=_sample(chosen, counted, environments),
            installations=_installations(counted, chosen.times, window, hidden),
            environments=_environments(environments, chosen.times),
            opted_out=_opted_out(inside, looked_at),
            installer_downloads=InstallerDownloadCounts(
                count_installer_downloads(inside.installer_downloads)
            ),
            sessions=sessions,
            downloads=count_downloads(inside.downloads),
            by_day=_by_day(inside, looked_at, window, hidden),
            agents=_agents(looked_at),
            packages=_packages(inside, looked_at, top, package),
            retention=_retention(looked_at, window),
            accounting=_accounting(inside, log_times(tables), copies, doubtful),
            completeness=count_days(tables, window),
            notes=[
                *NOTES,
                *notes_on_gaps(window),
                *notes_on_copies(copies, window),
                *notes_on_tokens(sessions.total + sessions.without_token, counted.total),
                *notes_on_unread_logs(tables.unread_logs),
                *notes_on_doubts(doubtful),
            ],
            organizations=_organizations(inside, looked_at, organizations or {}),
        )


def _sampled(tables: LakeTables, window: Window, sample: Sample) -> Table:
    """Return the sampled installations, as ``population`` has them; ``tables`` include the others."""
    found = population(tables.sessions, window)
    return found if sample == ALL else found.filter(sample.takes(found.client))


@dataclass(frozen=True)
class _LookedAt:
    """Sample of the window: its tables, and its installations as ``population`` has them."""

    sample: Sample
    inside: LakeTables
    installations: Table

    def times(self, number: int) -> int:
        return self.sample.times(number)


def _sample(sample: Sample, installations: Installations, environments: Spread) -> SampleCounts | None:
    if sample.one_in == 1:
        return None
    return SampleCounts(
        one_in=sample.one_in,
        looked_at=installations.total,
        installations=_count_interval(sample, installations.total, installations.total),
        environments=_count_interval(sample, environments.total, environments.squares),
    )


def _count_interval(sample: Sample, number: int, squares: int) -> CountInterval:
    whole, margin = sample.times(number), round(sample.margin(squares))
    return CountInterval(low=max(whole - margin, number), high=whole + margin)


def _installations(
    counted: Installations, times: Times, window: Window, hidden: frozenset[date]
) -> Installations:
    return Installations(
        by_class={name: times(number) for name, number in counted.by_class.items()},
        active=_active(counted.active, times, window, hidden),
        active_by_class={
            name: _active(active, times, window, hidden) for name, active in counted.active_by_class.items()
        },
    )


def _active(
    active: dict[LastDays, int | None], times: Times, window: Window, hidden: frozenset[date]
) -> dict[LastDays, int | None]:
    """Return the active installations of all, null for periods with a day that is not known."""

    def known(days: int, number: int | None) -> int | None:
        until = window.until
        if until is not None:
            since = until - timedelta(days=days - 1)
            if not window.is_known(since, until):
                return None
            if not number and any(since <= day <= until for day in hidden):
                return None
        return None if number is None else times(number)

    return {days: known(days, number) for days, number in active.items()}


def _environments(counted: Environments, times: Times) -> Environments:
    by_class = {name: _spread(spread, times) for name, spread in counted.by_class.items()}
    return replace(_spread(counted, times), by_class=by_class)


def _spread(spread: AnySpread, times: Times) -> AnySpread:
    per_installation = {number: times(count) for number, count in spread.per_installation.items()}
    return replace(spread, total=times(spread.total), per_installation=per_installation)


def _opted_out(inside: LakeTables, looked_at: _LookedAt) -> OptedOut:
    scale = looked_at.sample.scale
    counted = count_opted_out(looked_at.sample.of_networks(inside), looked_at.inside.sessions)
    return replace(
        counted,
        off=scale(counted.off, "requests", "sessions", "visitor_days"),
        tokens=scale(counted.tokens, "requests", "sessions", "visitor_days"),
        calibration=scale(counted.calibration, "installation_days"),
    )


def _by_day(inside: LakeTables, looked_at: _LookedAt, window: Window, hidden: frozenset[date]) -> list[Day]:
    """Return every day of the window in order, with nulls for what is not known of it.

    In the week after a day without a log, installations that came on that day are seen for the first time.
    """
    counted = {
        row.day: looked_at.sample.scale(row, "sessions", "installations", "first_seen")
        for row in count_by_day(looked_at.inside.sessions, inside.downloads, looked_at.installations)
    }
    if window.since is None or window.until is None:
        return []
    rows, missing = [], frozenset(window.days_without_log)
    for day in days_between(window.since, window.until):
        if day in missing:
            rows.append(Day(day, None, None, None, None))
            continue
        # A known day without activity is a quiet day.
        row = counted.get(day, Day(day, 0, 0, 0, 0))
        # Nobody sends a token on a day of logs that hide tokens.
        if day in hidden and row.sessions and not row.installations:
            row = replace(row, installations=None, first_seen=None)
        if not window.is_first_seen_known(day, day):
            row = replace(row, first_seen=None)
        rows.append(row)
    return rows


def _agents(looked_at: _LookedAt) -> dict[AgentPart, list[AgentCount]]:
    rows: dict[AgentPart, list[AgentCount]] = {part: [] for part in PARTS}
    for agent in count_agents(looked_at.inside.sessions):
        rows[agent.part].append(looked_at.sample.scale(agent, "installations", "sessions"))
    return rows


def _packages(inside: LakeTables, looked_at: _LookedAt, top: int, package: str | None) -> PackageCounts:
    scale, sampled = looked_at.sample.scale, looked_at.inside.downloads
    files = None if package is None else count_package(inside.downloads, package, sampled)
    return PackageCounts(
        top=[
            scale(count, "environments", "installations")
            for count in count_packages(inside.downloads, top, sampled)
        ],
        name=package,
        package=None if files is None else [scale(file, "environments", "installations") for file in files],
    )


def _retention(looked_at: _LookedAt, window: Window) -> list[Cohort]:
    """Return the cohorts, with nulls for weeks of which a day has no log."""
    cohorts = []
    for cohort in count_retention(looked_at.installations, window):
        active = [
            share if _is_week_known(window, cohort.week, later) else Estimate()
            for later, share in enumerate(cohort.active)
        ]
        scaled = looked_at.sample.scale(cohort, "installations")
        size = scaled.installations if _is_size_known(window, cohort.week) else None
        cohorts.append(replace(cohort, installations=size, active=active))
    return cohorts


def _is_week_known(window: Window, week: date, later: int) -> bool:
    """Return whether a Monday's cohort is known, and those of it that came ``later`` weeks after."""
    then = week + timedelta(weeks=later)
    return _is_size_known(window, week) and window.is_known(then, then + timedelta(days=6))


def _is_size_known(window: Window, week: date) -> bool:
    """Return whether the cohort of a Monday's week is known."""
    return window.is_first_seen_known(week, week + timedelta(days=6))


def _organizations(
    inside: LakeTables, looked_at: _LookedAt, pseudonyms: Mapping[str, bytes]
) -> list[Organization]:
    return [
        looked_at.sample.scale(organization, "installations", "sessions")
        for organization in count_organizations(looked_at.inside.sessions, inside.downloads, pseudonyms)
    ]


def _doubtful_logs(doubts: Collection[Doubt], before: list[Doubt]) -> DoubtfulLogs:
    def about(what: DoubtAbout) -> int:
        return count_logs(each for each in doubts if each.about == what)

    return DoubtfulLogs(
        tokens=about("tokens"),
        addresses=about("addresses"),
        unread=about("unread"),
        before_window=count_logs(before),
    )


def _accounting(
    inside: LakeTables,
    times: tuple[datetime | None, datetime | None],
    copies: int,
    doubtful_logs: DoubtfulLogs,
) -> LineCounts:
    counted, (first, newest) = account(inside.sources), times
    return LineCounts(
        **vars(counted),
        logs_begin=first.astimezone(UTC).date() if first else None,
        newest_request=newest,
        likely_copies=copies,
        unread_logs=inside.unread_logs,
        doubtful_logs=doubtful_logs,
    )
