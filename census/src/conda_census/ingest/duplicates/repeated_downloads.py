"""Detection of downloads that other logs brought before, as signs of a changed copy.

A copy with other line ends, a prefix before each line or missing lines is a new log and counts again. The
lake is not changed for this reason, but the run warns about it. Two servers do not send the same number of
bytes to one session in the same second. So a log counts as read before if many of its downloads have the
session, the second and the size of downloads of other logs. Two mirrors share sessions, but not these
downloads.

If there are many downloads, only a sample is compared. The sample is the same in every log, and only logs of
the same time are compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from conda_census.ingest.duplicates.known_logs import KnownLogs
from conda_census.ingest.sort_order import beginnings
from conda_census.lake.file_names import batch_of
from conda_census.lake.store import Lake

__all__ = ["DownloadMarks", "Repeated", "marks_of_downloads", "repeated_downloads"]

Numbers = npt.NDArray[np.uint64]

_SECOND_US = 1_000_000
_DAY_S = 86_400
#: Approximate maximum number of downloads of a part that are compared.
_MARKS_MAX = 20_000
#: Odd 64-bit numbers that spread numbers which differ little.
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_SPREAD_AGAIN = np.uint64(0xC2B2AE3D27D4EB4F)
_HALF = np.uint64(32)
#: Minimum number and minimum share (one in this many) of downloads with tokens that do not repeat others by
#: chance.
_FEWEST_WITH_TOKEN = 3
_ONE_IN_WITH_TOKEN = 20
#: The same for sessions without a token: machines behind one address that act at the same time are one
#: session then.
_FEWEST_FOLDED = 10
_ONE_IN_FOLDED = 3


@dataclass(frozen=True)
class DownloadMarks:
    """Marks of the downloads of a part, equal if session, second and size are equal.

    Attributes:
        halvings: number of times the downloads were halved to keep a small sample; 0 if all are here.
        marks: one mark for each download.
        source: number of the source of each download.
        second: second of each download, since 1970.
        folded: whether the session of each download had no token.
    """

    halvings: int
    marks: Numbers
    source: npt.NDArray[np.int64]
    second: npt.NDArray[np.int64]
    folded: npt.NDArray[np.bool_]

    def halved(self, halvings: int) -> DownloadMarks:
        """Return the downloads that are left after this number of halvings."""
        kept = _is_left(self.marks, halvings)
        return DownloadMarks(
            halvings, self.marks[kept], self.source[kept], self.second[kept], self.folded[kept]
        )


@dataclass(frozen=True)
class Repeated:
    """Downloads of a log that other logs brought before, or that occur twice in it.

    ``is_about`` is true if only a sample of many downloads was compared.
    """

    downloads: int
    of: int
    is_about: bool = False

    def __add__(self, other: Repeated) -> Repeated:
        return Repeated(self.downloads + other.downloads, self.of + other.of, self.is_about or other.is_about)

    def sentence(self) -> str:
        """Return the problem and its remedy as a sentence for a person."""
        about = "about " if self.is_about else ""
        return (
            f"{about}{self.downloads:,} of {self.of:,} downloads were read before from other logs, or are "
            "twice in this one (same session, second and size), and count again: if it is a copy, take it "
            "out with conda-census sources --forget SOURCE"
        )


def marks_of_downloads(completed: pa.Table, session: Numbers, folded: npt.NDArray[np.bool_]) -> DownloadMarks:
    """Return the marks of completed downloads, or of a sample of them.

    Args:
        completed: visit, time, bytes and source of each download; the source is null if it came in pieces.
        session: for each visit, the beginning of its session's pseudonym.
        folded: for each visit, whether it has no token.
    """
    completed = completed.filter(completed["source"].is_valid())
    visit = completed["visit"].to_numpy()
    second, marks = _marks(completed, session[visit])
    whole = DownloadMarks(0, marks, completed["source"].to_numpy(), second, folded[visit])
    return whole.halved(_halvings(len(marks)))


def repeated_downloads(parts: Sequence[DownloadMarks], known: KnownLogs, lake: Lake) -> dict[int, Repeated]:
    """Return the repeated downloads of each source of a batch that is not in the lake yet, by its number.

    Sources with only a few repeated downloads, as may occur by chance, are left out.
    """
    parts = [part for part in parts if len(part.marks)]
    if not parts:
        return {}
    halvings = max(part.halvings for part in parts)
    parts = [part.halved(halvings) for part in parts]
    batch = DownloadMarks(
        halvings,
        np.concatenate([part.marks for part in parts]),
        np.concatenate([part.source for part in parts]),
        np.concatenate([part.second for part in parts]),
        np.concatenate([part.folded for part in parts]),
    )
    repeated = _is_repeated_in(batch)
    for file in _files_of_that_time(batch, known, lake):
        repeated |= np.isin(batch.marks, _marks_in(file, batch))
    by_source = {}
    for source in np.unique(batch.source).tolist():
        of_source = batch.source == source
        count = _not_by_chance(repeated[of_source], batch.folded[of_source])
        if count:
            of = int(of_source.sum())
            by_source[source] = Repeated(count << halvings, of << halvings, is_about=halvings > 0)
    return by_source


def _not_by_chance(repeated: npt.NDArray[np.bool_], folded: npt.NDArray[np.bool_]) -> int:
    """Return the number of downloads of a log that were read before, without those that may be by chance."""
    total = 0
    for kind, fewest, one_in in (
        (~folded, _FEWEST_WITH_TOKEN, _ONE_IN_WITH_TOKEN),
        (folded, _FEWEST_FOLDED, _ONE_IN_FOLDED),
    ):
        count = int((repeated & kind).sum())
        if count >= fewest and count * one_in >= kind.sum():
            total += count
    return total


def _is_repeated_in(batch: DownloadMarks) -> npt.NDArray[np.bool_]:
    """Return which downloads occur earlier in the batch, in another log or further back in the same log.

    A client that repeats a request within one second is no sign, because its requests are next to each other.
    """
    order = np.argsort(batch.marks, kind="stable")
    marks = batch.marks[order]
    is_first = np.ones(len(marks), dtype=bool)
    is_first[1:] = marks[1:] != marks[:-1]
    first = np.empty(len(marks), dtype=np.int64)
    first[order] = order[np.flatnonzero(is_first)][np.cumsum(is_first) - 1]
    has_earlier = first != np.arange(len(marks))
    repeated: npt.NDArray[np.bool_] = has_earlier & (
        (batch.source != batch.source[first]) | _is_behind(batch)
    )
    return repeated


def _is_behind(batch: DownloadMarks) -> npt.NDArray[np.bool_]:
    """Return whether a download is more than a second older than one before it in its log."""
    behind = np.zeros(len(batch.marks), dtype=bool)
    for source in np.unique(batch.source).tolist():
        places = np.flatnonzero(batch.source == source)
        second = batch.second[places]
        behind[places] = np.maximum.accumulate(second) - second > 1
    return behind


def _files_of_that_time(batch: DownloadMarks, known: KnownLogs, lake: Lake) -> Iterator[str]:
    """Yield the files of the lake with downloads of logs that overlap in time with those of the batch."""
    since, until = int(batch.second.min()), int(batch.second.max())
    batches = known.batches_between(since * _SECOND_US, (until + 1) * _SECOND_US)
    if not batches:
        return
    days = {f"day={np.datetime64(day, 'D')}" for day in np.unique(batch.second // _DAY_S).tolist()}
    for file in lake.files("downloads"):
        folder, name = file.rsplit("/", 2)[-2:]
        of = batch_of(name)
        if folder in days and (of is None or f"{of.writer}/{of.batch}" in batches):
            yield file


def _marks_in(file: str, batch: DownloadMarks) -> Numbers:
    """Return the marks of the downloads in a file of the lake; none if it is damaged.

    Other checks report the damage.
    """
    since, until = int(batch.second.min()), int(batch.second.max())
    columns = []
    try:
        with pq.ParquetFile(file, read_dictionary=["session"]) as parquet:
            for group in range(parquet.num_row_groups):
                if not _overlaps(parquet.metadata.row_group(group), since, until):
                    continue
                rows = parquet.read_row_group(group, columns=["session", "time", "bytes"], use_threads=False)
                session = rows["session"].combine_chunks()
                of_text = beginnings(session.dictionary)
                _, marks = _marks(rows, of_text[session.indices.to_numpy()])
                columns.append(marks[_is_left(marks, batch.halvings)])
    except (OSError, pa.ArrowException):
        return np.empty(0, dtype=np.uint64)
    return np.concatenate(columns) if columns else np.empty(0, dtype=np.uint64)


def _overlaps(group: pq.RowGroupMetaData, since: int, until: int) -> bool:
    """Return whether a row group may have rows of these seconds."""
    for column in map(group.column, range(group.num_columns)):
        if column.path_in_schema == "time" and column.statistics and column.statistics.has_min_max:
            return bool(
                column.statistics.min.timestamp() < until + 1 and column.statistics.max.timestamp() >= since
            )
    return True


def _marks(downloads: pa.Table, session: Numbers) -> tuple[npt.NDArray[np.int64], Numbers]:
    """Return the second of each download, and a number for its session, second and size."""
    second = downloads["time"].cast(pa.int64()).to_numpy() // _SECOND_US
    size = downloads["bytes"].fill_null(0).to_numpy()
    marks = session ^ (second.astype(np.uint64) * _SPREAD + size.astype(np.uint64)) * _SPREAD_AGAIN
    marks ^= marks >> _HALF
    marks *= _SPREAD
    return second, marks


def _halvings(count: int) -> int:
    return max(0, (count // _MARKS_MAX).bit_length())


def _is_left(marks: Numbers, halvings: int) -> npt.NDArray[np.bool_]:
    left: npt.NDArray[np.bool_] = marks >> np.uint64(64 - halvings) == 0 if halvings else marks >= 0
    return left
