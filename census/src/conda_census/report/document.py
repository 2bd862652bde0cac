"""What does a report say? One document that every surface shows, the same bytes for the same lake."""

from __future__ import annotations

from datetime import date

from ibis.expr.types import Table

from conda_census.engines.tables import LakeTables
from conda_census.metrics.accounting import account
from conda_census.metrics.agents import PARTS, count_agents
from conda_census.metrics.by_day import count_by_day
from conda_census.metrics.downloads import count_downloads
from conda_census.metrics.environments import MOST_ENVIRONMENTS, Spread, count_environments
from conda_census.metrics.installations import count_installations
from conda_census.metrics.installers import count_installer_downloads
from conda_census.metrics.intervals import Estimate, ratio
from conda_census.metrics.opted_out import Traffic, count_opted_out
from conda_census.metrics.packages import count_package, count_packages
from conda_census.metrics.population import population
from conda_census.metrics.retention import count_retention
from conda_census.metrics.sessions import count_sessions
from conda_census.metrics.window import Window, choose_window, within
from conda_census.report.completeness import read_days
from conda_census.report.notes import NOTES
from conda_census.report.shape import (
    Active,
    ActiveByClass,
    AgentRow,
    ByClass,
    Calibration,
    CohortRow,
    DayRow,
    DownloadCounts,
    EnvironmentCounts,
    EnvironmentsByClass,
    EnvironmentSpread,
    InstallationCounts,
    InstallerDownloadCounts,
    InstallerRow,
    Interval,
    LineCounts,
    NaiveShares,
    OptedOutShares,
    PackageCounts,
    PackageFileRow,
    PackageRow,
    Report,
    SessionCounts,
    TrafficCounts,
    WindowDays,
)

__all__ = ["TOP", "Report", "make_report"]


#: So many packages by each measure.
TOP = 20


def make_report(
    tables: LakeTables,
    since: date | None = None,
    until: date | None = None,
    *,
    top: int = TOP,
    package: str | None = None,
) -> Report:
    """The report on the window from ``since`` to ``until``, by default over all days with data.

    It tells of the ``top`` packages by each measure, and of one ``package`` all versions.

    Raises:
        WindowError: ``since`` is after ``until``.
        AccountingError: lines of the logs are missing or counted twice.
    """
    window = choose_window(tables, since, until)
    inside = within(tables, window)
    with tables.keep(population(tables.sessions, window)) as installations:
        return Report(
            window=_window(window),
            installations=_installations(installations, window),
            environments=_environments(installations),
            opted_out=_opted_out(inside),
            installer_downloads=_installer_downloads(inside),
            sessions=_sessions(inside),
            downloads=DownloadCounts(total=count_downloads(inside.downloads)),
            by_day=_by_day(inside, installations),
            agents=_agents(inside),
            packages=_packages(inside, top, package),
            retention=_retention(installations, window),
            accounting=_accounting(inside),
            completeness=read_days(tables, window),
            notes=list(NOTES),
        )


def _window(window: Window) -> WindowDays:
    return WindowDays(
        since=_day(window.since), until=_day(window.until), complete_until=_day(window.complete_until)
    )


def _installations(installations: Table, window: Window) -> InstallationCounts:
    found = count_installations(installations, window)
    by_class, active = found.by_class, found.active_by_class
    return InstallationCounts(
        total=found.total,
        by_class=ByClass(
            lasting=by_class["lasting"],
            ephemeral=by_class["ephemeral"],
            image=by_class["image"],
            new=by_class["new"],
        ),
        active=_active(found.active),
        active_by_class=ActiveByClass(
            lasting=_active(active["lasting"]),
            ephemeral=_active(active["ephemeral"]),
            image=_active(active["image"]),
            new=_active(active["new"]),
        ),
    )


def _active(active: dict[int, int]) -> Active:
    return {"1": active[1], "7": active[7], "30": active[30], "90": active[90]}


def _environments(installations: Table) -> EnvironmentCounts:
    found = count_environments(installations)
    by_class = found.by_class
    return EnvironmentCounts(
        **_spread(found.whole),
        single_share_lasting=_interval(by_class["lasting"].single_share),
        by_class=EnvironmentsByClass(
            lasting=_spread(by_class["lasting"]),
            ephemeral=_spread(by_class["ephemeral"]),
            image=_spread(by_class["image"]),
            new=_spread(by_class["new"]),
        ),
    )


def _spread(spread: Spread) -> EnvironmentSpread:
    number = spread.per_installation
    return EnvironmentSpread(
        total=spread.total,
        per_installation={
            "1": number[1],
            "2": number[2],
            "3": number[3],
            "4": number[4],
            "5+": number[MOST_ENVIRONMENTS],
        },
        single_share=_interval(spread.single_share),
    )


def _opted_out(inside: LakeTables) -> OptedOutShares:
    found = count_opted_out(inside)
    off, tokens, calibration = found.off, found.tokens, found.calibration
    return OptedOutShares(
        share=_interval(found.share),
        naive=NaiveShares(
            requests=ratio(off.requests, off.requests + tokens.requests),
            sessions=ratio(off.sessions, off.sessions + tokens.sessions),
            visitor_days=ratio(off.visitor_days, off.visitor_days + tokens.visitor_days),
        ),
        off=_traffic(off),
        tokens=_traffic(tokens),
        calibration=Calibration(
            installation_days=calibration.installation_days,
            per_visitor_day=calibration.per_visitor_day,
            per_installation_day=calibration.per_installation_day,
            dispersion=calibration.dispersion,
        ),
    )


def _traffic(traffic: Traffic) -> TrafficCounts:
    return TrafficCounts(
        requests=traffic.requests, sessions=traffic.sessions, visitor_days=traffic.visitor_days
    )


def _installer_downloads(inside: LakeTables) -> InstallerDownloadCounts:
    rows = [
        InstallerRow(
            period=row.period,
            product=row.product,
            platform=row.platform,
            version=row.version,
            agent=row.agent,
            downloads=row.downloads,
        )
        for row in count_installer_downloads(inside.installer_downloads)
    ]
    return InstallerDownloadCounts(total=sum(row["downloads"] for row in rows), rows=rows)


def _sessions(inside: LakeTables) -> SessionCounts:
    found = count_sessions(inside.sessions)
    return SessionCounts(total=found.total, without_token=found.without_token)


def _by_day(inside: LakeTables, installations: Table) -> list[DayRow]:
    return [
        DayRow(
            day=row.day.isoformat(),
            sessions=row.sessions,
            installations=row.installations,
            first_seen=row.first_seen,
            downloads=row.downloads,
        )
        for row in count_by_day(inside.sessions, inside.downloads, installations)
    ]


def _agents(inside: LakeTables) -> dict[str, list[AgentRow]]:
    rows: dict[str, list[AgentRow]] = {part: [] for part in PARTS}
    for each in count_agents(inside.sessions):
        rows[each.part].append(
            AgentRow(values=list(each.values), installations=each.installations, sessions=each.sessions)
        )
    return rows


def _packages(inside: LakeTables, top: int, package: str | None) -> PackageCounts:
    most = [
        PackageRow(
            name=each.name,
            environments=each.environments,
            installations=each.installations,
            downloads=each.downloads,
        )
        for each in count_packages(inside.downloads, top)
    ]
    files = None if package is None else count_package(inside.downloads, package)
    return PackageCounts(
        top=most,
        package=None
        if files is None
        else [
            PackageFileRow(
                channel=each.channel,
                subdir=each.subdir,
                version=each.version,
                environments=each.environments,
                installations=each.installations,
                downloads=each.downloads,
            )
            for each in files
        ],
    )


def _retention(installations: Table, window: Window) -> list[CohortRow]:
    return [
        CohortRow(
            week=cohort.week.isoformat(),
            installations=cohort.installations,
            active=[_interval(share) for share in cohort.active],
        )
        for cohort in count_retention(installations, window)
    ]


def _accounting(inside: LakeTables) -> LineCounts:
    found = account(inside.sources)
    return LineCounts(
        lines=found.lines,
        requests=found.requests,
        dropped=found.dropped,
        other_share=found.other_share,
        malformed_tokens=found.malformed_tokens,
        unknown_tokens=found.unknown_tokens,
    )


def _interval(estimate: Estimate) -> Interval:
    return Interval(value=estimate.value, low=estimate.low, high=estimate.high)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
