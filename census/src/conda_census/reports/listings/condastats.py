"""Export of downloads as files for tools that read Anaconda's public package data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TypedDict

import pyarrow as pa
import pyarrow.compute as pc

from conda_census.engines.lake_tables import LakeTables
from conda_census.errors import CensusError
from conda_census.metrics.coverage.accounting import why_nothing_is_known
from conda_census.metrics.coverage.copied_logs import count_copies
from conda_census.metrics.coverage.doubtful_logs import count_logs, doubts_about_logs
from conda_census.metrics.coverage.window import choose_window, within
from conda_census.metrics.public_downloads import COLUMNS, Period, public_downloads
from conda_census.reports.render.numbers import first_few
from conda_census.reports.render.output_files import make_folder, write_whole
from conda_census.reports.render.table_files import parquet_bytes
from conda_census.steps import Steps

__all__ = ["Exported", "export_condastats", "what_was_left_out"]

#: This many days and months are named in a line.
_NAMED = 5
_TEXTS = pa.dictionary(pa.int32(), pa.string())
#: The types in the public files: times without a zone, and texts with few distinct values.
_TIMES: dict[Period, pa.DataType] = {"hour": pa.timestamp("ns"), "month": _TEXTS}


class Exported(TypedDict):
    """Result of an export, as ``export --json`` prints it: files, rows, downloads (of the daily files).

    ``days_without_log`` and ``months_left_out`` (2024-01) have no file, because their downloads are not
    known. ``likely_copies`` counts logs that look like copies of others, whose downloads count again.
    ``unread_logs`` could not be read, and ``doubtful_logs`` only in part, so downloads may be missing.
    """

    folder: str
    since: str
    until: str
    files: int
    rows: int
    downloads: int
    days_without_log: list[str]
    months_left_out: list[str]
    likely_copies: int
    unread_logs: int
    doubtful_logs: int


@dataclass(frozen=True)
class _File:
    path: Path
    period: Period
    first_day: date
    last_day: date


def export_condastats(
    tables: LakeTables, folder: Path, since: date | None, until: date | None, progress: Steps
) -> Exported:
    """Write one Parquet file by hours for each day, and one for each month that has a day in the window.

    A day without a log has none, nor has a month with such a day in the window.

    The paths below ``folder`` are those of the public bucket: ``conda/hourly/2024/01/2024-01-05.parquet`` and
    ``conda/monthly/2024/2024-01.parquet``. A month holds only the days of the window. Existing files are
    overwritten.

    Raises:
        CensusError: the lake is empty, or a file cannot be written.
    """
    window = choose_window(tables, since, until)
    if window.since is None or window.until is None or choose_window(tables).since is None:
        raise CensusError(f"the lake holds no day to export: {why_nothing_is_known(tables)}")
    unknown = frozenset(window.days_without_log)
    months_left_out = sorted({f"{day:%Y-%m}" for day in unknown})
    files = [
        file
        for file in _files(folder, window.since, window.until)
        if not any(file.first_day <= day <= file.last_day for day in unknown)
    ]
    rows = downloads = 0
    read = within(tables, window)
    for done, file in enumerate(files):
        progress(file.path.stem, done=done, of=len(files))
        inside = tables.downloads.filter(tables.downloads.day.between(file.first_day, file.last_day))
        table = _as_published(public_downloads(inside, file.period).to_pyarrow(), file.period)
        make_folder(file.path.parent)
        write_whole(file.path, parquet_bytes(table), "downloads")
        rows += len(table)
        if file.period == "hour":
            downloads += pc.sum(table["counts"]).as_py() or 0
    return Exported(
        folder=str(folder), since=str(window.since), until=str(window.until), files=len(files), rows=rows,
        downloads=downloads, days_without_log=[day.isoformat() for day in window.days_without_log],
        months_left_out=months_left_out,
        likely_copies=count_copies(read),
        unread_logs=tables.unread_logs,
        doubtful_logs=count_logs(doubts_about_logs(read, "unread")),
    )  # fmt: skip


def what_was_left_out(exported: Exported) -> str:
    """Say in one line which days and months have no file; nothing if all have one."""
    days, months = exported["days_without_log"], exported["months_left_out"]
    if not days:
        return ""
    return (
        f"left out, for nothing is known of days without a log: {first_few(days, _NAMED)}; and the month"
        f"{'s' if len(months) > 1 else ''} {first_few(months, _NAMED)}: "
        "remove the files of these that an earlier export wrote"
    )


def _files(folder: Path, since: date, until: date) -> Iterator[_File]:
    days = [since + timedelta(days=number) for number in range((until - since).days + 1)]
    for day in days:
        yield _File(folder / "conda" / "hourly" / f"{day:%Y/%m/%Y-%m-%d}.parquet", "hour", day, day)
    months: dict[str, list[date]] = {}
    for day in days:
        months.setdefault(f"{day:%Y/%Y-%m}", []).append(day)
    for month, of_month in months.items():
        yield _File(folder / "conda" / "monthly" / f"{month}.parquet", "month", of_month[0], of_month[-1])


def _as_published(table: pa.Table, period: Period) -> pa.Table:
    types = dict.fromkeys(COLUMNS, _TEXTS) | {"time": _TIMES[period], "counts": pa.int64()}
    columns = {}
    for name in COLUMNS:
        column = table[name]
        if pa.types.is_timestamp(column.type):
            column = column.cast(pa.timestamp(column.type.unit))  # UTC, which the public files leave out
        columns[name] = column.combine_chunks().cast(types[name])
    return pa.table(columns)
