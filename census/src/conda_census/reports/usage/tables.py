"""Flat, named tables of a report for spreadsheets, notebooks and the page."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from conda_census.metrics.classes import CLASSES
from conda_census.metrics.intervals import Estimate
from conda_census.metrics.opted_out import Traffic
from conda_census.reports.json_documents import keys_of, values_of
from conda_census.reports.usage.schema import Report
from conda_census.reports.usage.totals import installers_by_quarter

__all__ = ["flat_table", "flat_tables"]

_TEXT, _COUNT, _SHARE, _DAY = pa.string(), pa.int64(), pa.float64(), pa.date32()


def flat_tables(report: Report) -> dict[str, pa.Table]:
    """Return the tables by name, in the order of the page; a table without rows is included too.

    Counts are whole numbers, shares lie between 0 and 1 and are null if not estimated, days are UTC.
    """
    return {
        "window": _window(report),
        "headlines": _headlines(report),
        "active_installations": _active_installations(report),
        "environments": _environments(report),
        "opted_out": _opted_out(report),
        "by_day": _by_day(report),
        "installers": _installers(report),
        "installers_by_quarter": _installers_by_quarter(report),
        "packages": _packages(report),
        "package_versions": _package_versions(report),
        "agents": _agents(report),
        "retention": _retention(report),
        "dropped_lines": _dropped_lines(report),
        "completeness": _completeness(report),
        "notes": _notes(report),
        "organizations": _organizations(report),
    }


def _window(report: Report) -> pa.Table:
    """Return one row: the scope of all other tables."""
    window = report.window
    columns = {"since": _DAY, "until": _DAY, "complete_until": _DAY, "complete": pa.bool_()}
    columns |= {"days_without_log": _TEXT, "package": _TEXT}
    row = (
        window.since,
        window.until,
        window.complete_until,
        window.complete,
        " ".join(map(str, window.days_without_log)),
        report.packages.name,
    )
    return flat_table(columns, [row])


def _headlines(report: Report) -> pa.Table:
    """Return counts in ``count``, shares in ``share`` with their 95 % interval; ``all`` is every class."""
    installations, environments = report.installations, report.environments
    by_class = environments.by_class
    rows: list[tuple[str, str, int | None, Estimate]] = [
        ("installations", "all", installations.total, _NONE),
        *(("installations", name, installations.by_class[name], _NONE) for name in CLASSES),
        ("environments", "all", environments.total, _NONE),
        *(("environments", name, by_class[name].total, _NONE) for name in CLASSES),
        ("single_share", "all", None, environments.single_share),
        *(("single_share", name, None, by_class[name].single_share) for name in CLASSES),
        ("opted_out", "all", None, report.opted_out.share),
        ("installer_downloads", "all", report.installer_downloads.total, _NONE),
        ("sessions", "all", report.sessions.total, _NONE),
        ("downloads", "all", report.downloads.total, _NONE),
    ]
    columns = {
        "number": _TEXT,
        "class": _TEXT,
        "count": _COUNT,
        "share": _SHARE,
        "share_low": _SHARE,
        "share_high": _SHARE,
    }
    return flat_table(columns, ((name, of, number, *_three(share)) for name, of, number, share in rows))


def _active_installations(report: Report) -> pa.Table:
    installations = report.installations
    columns = {"class": _TEXT, "last_days": _COUNT, "installations": _COUNT}
    return flat_table(
        columns,
        (
            (name, last_days, number)
            for name, active in [("all", installations.active), *installations.active_by_class.items()]
            for last_days, number in active.items()
        ),
    )


def _environments(report: Report) -> pa.Table:
    environments = report.environments
    columns = {"class": _TEXT, "environments_per_installation": _TEXT, "installations": _COUNT}
    return flat_table(
        columns,
        (
            (name, environments_each, installations)
            for name, spread in [("all", environments), *environments.by_class.items()]
            for environments_each, installations in spread.per_installation.items()
        ),
    )


def _opted_out(report: Report) -> pa.Table:
    opted_out = report.opted_out
    columns = {"measure": _TEXT, "off": _COUNT, "tokens": _COUNT, "naive_share_off": _SHARE}
    return flat_table(
        columns,
        zip(
            keys_of(Traffic),
            values_of(opted_out.off),
            values_of(opted_out.tokens),
            values_of(opted_out.naive),
            strict=True,
        ),
    )


def _by_day(report: Report) -> pa.Table:
    columns = {"day": _DAY, "sessions": _COUNT, "installations": _COUNT, "first_seen": _COUNT}
    return flat_table(columns | {"downloads": _COUNT}, map(values_of, report.by_day))


def _installers(report: Report) -> pa.Table:
    columns = {
        "month": _TEXT,
        "product": _TEXT,
        "platform": _TEXT,
        "version": _TEXT,
        "agent": _TEXT,
        "downloads": _COUNT,
    }
    return flat_table(columns, map(values_of, report.installer_downloads.rows))


def _installers_by_quarter(report: Report) -> pa.Table:
    return flat_table(
        {"quarter": _TEXT, "product": _TEXT, "downloads": _COUNT},
        (
            (quarter, product, downloads)
            for quarter, products in installers_by_quarter(report).items()
            for product, downloads in products.items()
        ),
    )


def _packages(report: Report) -> pa.Table:
    columns = {"name": _TEXT, "environments": _COUNT, "installations": _COUNT, "downloads": _COUNT}
    return flat_table(columns, map(values_of, report.packages.top))


def _package_versions(report: Report) -> pa.Table:
    asked = report.packages
    columns = {
        "name": _TEXT,
        "channel": _TEXT,
        "subdir": _TEXT,
        "version": _TEXT,
        "environments": _COUNT,
        "installations": _COUNT,
        "downloads": _COUNT,
    }
    return flat_table(columns, ((asked.name, *values_of(row)) for row in asked.package or ()))


def _agents(report: Report) -> pa.Table:
    columns = {"part": _TEXT, "name": _TEXT, "version": _TEXT, "installations": _COUNT, "sessions": _COUNT}
    return flat_table(
        columns,
        (
            (part, *(*row.values, None)[:2], row.installations, row.sessions)
            for part, rows in report.agents.items()
            for row in rows
        ),
    )


def _retention(report: Report) -> pa.Table:
    columns = {
        "first_week": _DAY,
        "installations": _COUNT,
        "weeks_later": _COUNT,
        "active_share": _SHARE,
        "active_share_low": _SHARE,
        "active_share_high": _SHARE,
    }
    return flat_table(
        columns,
        (
            (cohort.week, cohort.installations, later, *_three(share))
            for cohort in report.retention
            for later, share in enumerate(cohort.active)
        ),
    )


def _dropped_lines(report: Report) -> pa.Table:
    return flat_table({"reason": _TEXT, "lines": _COUNT}, report.accounting.dropped.items())


def _completeness(report: Report) -> pa.Table:
    columns = {
        "day": _DAY,
        "sources": _COUNT,
        "lines": _COUNT,
        "requests": _COUNT,
        "dropped": _COUNT,
        "complete": pa.bool_(),
        "state": _TEXT,
        "reason": _TEXT,
    }
    return flat_table(columns, map(values_of, report.completeness))


def _notes(report: Report) -> pa.Table:
    return flat_table({"number": _TEXT, "note": _TEXT}, map(values_of, report.notes))


def _organizations(report: Report) -> pa.Table:
    columns = {"name": _TEXT, "installations": _COUNT, "sessions": _COUNT, "downloads": _COUNT}
    return flat_table(columns, map(values_of, report.organizations))


_NONE = Estimate()


def _three(share: Estimate) -> tuple[float | None, float | None, float | None]:
    return share.value, share.low, share.high


def flat_table(columns: dict[str, pa.DataType], rows: Iterable[tuple[object, ...]]) -> pa.Table:
    """Return the table with these columns, by name, even if it has no rows."""
    values = list(zip(*rows, strict=True)) or [()] * len(columns)
    return pa.table(
        [pa.array(column, kind) for column, kind in zip(values, columns.values(), strict=True)],
        names=list(columns),
    )
