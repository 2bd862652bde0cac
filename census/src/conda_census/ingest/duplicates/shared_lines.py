"""The longest beginning that a file shares with a log that was read before.

A copy in progress, a restored backup or a file that shrank begins with lines that were read before. Their
marks are compared line by line with the marks of earlier readings of logs with the same first line.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from conda_census.errors import CutShortError
from conda_census.ingest.duplicates.known_logs import KnownRun
from conda_census.ingest.summary import BEGINNING, CUT_SHORT, NOT_MARKED
from conda_census.logs.fingerprints import Fingerprint, Reading
from conda_census.logs.line_marks import LineEnds, LineMarks, short
from conda_census.logs.sources.compression import tell_nobody
from conda_census.logs.sources.discovery import decompressed
from conda_census.logs.sources.readable import Readable

__all__ = ["Recognised", "recognise"]

#: Number of lines with this many distinct sizes that two logs do not share by chance: health checks have only
#: a few sizes.
_TELLING_LINES = 64
_TELLING_SIZES = 8
#: Number of lines that two logs do not share by chance if one line has a token, which no health check has.
_LINES_WITH_TOKEN = 8
_TOKEN = re.compile(rb"\b[cse]/[A-Za-z0-9_-]{22}(?![A-Za-z0-9_-])")
#: Number of bytes at the beginning of a file that are inspected for that.
_LOOKED_AT_BYTES = 1 << 20
#: Suffixes that rotation, compression and copying add to a name.
_ADDED = re.compile(
    r"([.-](gz|bz2|zst|\d{1,14}|\d{4}-\d\d-\d\d([-_.T]\d\d[-_.:]?\d\d([-_.:]?\d\d)?)?|\d{8}[-_T]\d{2,6}"
    r"|bak|old|orig|copy|part|partial|tmp|backup|restored|save)|~|_\d{1,14})$"
)


@dataclass(frozen=True)
class Recognised:
    """The known part of a file.

    Attributes:
        covered: the part of its beginning that was read before.
        is_all: whether nothing in it is new.
        waits: why nothing more of it is read for now, for a person; empty if it does not wait.
    """

    covered: Reading | None = None
    is_all: bool = False
    waits: str = ""


def recognise(
    source: Readable,
    runs: list[KnownRun],
    key: bytes,
    is_whole: Callable[[bytes], bool],
    *,
    may_grow: bool,
    passed_over: Callable[[int], object] = tell_nobody,
) -> Recognised:
    """Compare a file with earlier readings of logs that have the same first line.

    ``is_whole`` returns whether the bytes behind the last line end are a line. ``passed_over`` receives the
    number of bytes behind the compressed data that are not read.

    Raises:
        SourceError: the file is damaged, is cut short after its known part, or cannot be read.
    """
    scan = _Scan(runs, key)
    try:
        for piece in decompressed(source, passed_over):
            if not scan.feed(piece):
                break
    except CutShortError:
        if scan.lines and scan.is_known_to_its_end:
            return Recognised(is_all=True, waits=CUT_SHORT)
        raise
    if scan.is_known_to_its_end:
        rest = scan.rest
        if not rest:
            return Recognised(is_all=True, waits=BEGINNING if scan.goes_on and may_grow else "")
        if scan.goes_on and (scan.rest_is_known or not is_whole(rest)):
            return Recognised(is_all=True, waits=BEGINNING if may_grow else "")
    elif scan.size < scan.unmarked_size:
        return Recognised(is_all=True, waits=NOT_MARKED)
    return Recognised(scan.covered(str(source)))


@dataclass
class _Compared:
    """The progress of comparing a run; its lines equal those of the file while ``alike`` is true."""

    run: KnownRun
    is_begun: bool = False
    alike: bool = True

    @property
    def before(self) -> int:
        """Return the number of lines before the run."""
        return self.run.first_line - 1

    @property
    def end(self) -> int:
        """Return the number of lines up to the last one with a mark."""
        return self.before + (0 if self.run.marks is None else len(self.run.marks))


@dataclass
class _Place:
    """A place in the file: the number of lines and bytes before it, and their fingerprint."""

    lines: int
    size: int
    fingerprint: Fingerprint


@dataclass
class _Scan:
    """A file that is compared while it is read, up to the first line that differs from all known logs."""

    runs: list[KnownRun]
    key: bytes
    lines: int = 0
    size: int = 0
    _compared: list[_Compared] = field(init=False)
    _beginning: bytes = b""

    def __post_init__(self) -> None:
        self._marks = LineMarks(self.key)
        self._last_mark = 0
        self._all = Fingerprint(self.key)
        self._known = _Place(0, 0, Fingerprint(self.key))
        self._pending = b""
        self._reading: Reading | None = None
        self._ends_run = False
        self._by_fingerprint = {run.reached.fingerprint: run.reached for run in self.runs}
        self._sizes = sorted({run.reached.size for run in self.runs})
        self._compared = sorted(
            (_Compared(run) for run in self.runs if run.marks is not None), key=lambda item: item.before
        )
        self._differs = not self._compared

    def feed(self, piece: bytes) -> bool:
        """Compare the next bytes; return false if the rest of the file does not matter."""
        self._look_for_readings(piece)
        self.size += len(piece)
        if len(self._beginning) < _LOOKED_AT_BYTES:
            self._beginning += piece[: _LOOKED_AT_BYTES - len(self._beginning)]
        if not self._differs:
            self._compare(piece, self._marks.feed(piece))
        return not self._differs or bool(self._sizes) or self.size < self.unmarked_size

    @property
    def is_known_to_its_end(self) -> bool:
        """Return whether all whole lines are known."""
        if not self._differs:
            return True
        return self._reading is not None and self._reading.size == self.size

    @property
    def rest(self) -> bytes:
        """Return the bytes behind the last line end, if all lines before it are known."""
        return b"" if self._differs else self._pending

    @property
    def rest_is_known(self) -> bool:
        """Return whether these bytes are a known line without its end."""
        mark = short(np.array([self._marks.with_line_end()], np.uint64))[0]
        return any(
            compared.run.marks is not None and compared.run.marks[self.lines - compared.before] == mark
            for compared in self._going_on()
        )

    @property
    def goes_on(self) -> bool:
        """Return whether a known line follows the whole lines of this file."""
        return not self._differs and bool(self._going_on())

    @property
    def unmarked_size(self) -> int:
        """Return the size up to which a file may be a part of a log without marks."""
        covered = max(self._known.size, self._reading.size if self._reading else 0)
        sizes = [
            run.reached.size
            for run in self.runs
            if run.marks is None or len(run.marks) < run.reached.lines - run.first_line + 1
        ]
        return max((size for size in sizes if size > covered), default=0)

    def covered(self, name: str) -> Reading | None:
        """Return the longest beginning that was read before."""
        known_lines, reading = self._known, self._reading
        if known_lines.lines > (reading.lines if reading else 0) and (
            self._ends_run or self._is_telling(name)
        ):
            return Reading(known_lines.size, known_lines.lines, known_lines.fingerprint.hexdigest())
        return reading

    def _look_for_readings(self, piece: bytes) -> None:
        rest = memoryview(piece)
        while self._sizes and self._all.size + len(rest) >= self._sizes[0]:
            taken = self._sizes.pop(0) - self._all.size
            self._all.feed(rest[:taken])
            rest = rest[taken:]
            self._reading = self._by_fingerprint.get(self._all.hexdigest(), self._reading)
        if self._sizes:
            self._all.feed(rest)

    def _compare(self, piece: bytes, ends: LineEnds) -> None:
        begin, end = self.lines, self.lines + len(ends.marks)
        marks = short(ends.marks)
        reach, ends_run = begin, False
        for compared in self._compared:
            if not compared.alike or compared.before > end:
                continue
            if not compared.is_begun:
                compared.is_begun = True
                compared.alike = compared.run.base == self._mark_at(compared.before, ends)
                if not compared.alike:
                    continue
            first, last = max(begin, compared.before), min(end, compared.end)
            if last < first:
                continue
            assert compared.run.marks is not None  # noqa: S101 (only such runs are compared)
            theirs = compared.run.marks[first - compared.before : last - compared.before]
            differ = np.flatnonzero(theirs != marks[first - begin : last - begin])
            reached = first + int(differ[0]) if len(differ) else last
            if reached > reach:
                reach, ends_run = reached, False
            if reached == reach and reached == compared.end and not len(differ):
                ends_run = True
            compared.alike = not len(differ)
        data = self._pending + piece
        taken = 0
        if reach > begin:
            size = int(ends.offsets[reach - begin - 1])
            taken = size - self._known.size
            self._known.fingerprint.feed(data[:taken])
            self._known.lines, self._known.size = reach, size
            self._ends_run = ends_run
        self._pending = data[taken:]
        self._last_mark = int(ends.marks[-1]) if len(ends.marks) else self._last_mark
        self.lines = end
        if reach < end:
            self._differs = True
            self._pending = b""

    def _mark_at(self, line: int, ends: LineEnds) -> int:
        if line > self.lines:
            return int(ends.marks[line - self.lines - 1])
        return self._last_mark if line == self.lines else -1

    def _going_on(self) -> list[_Compared]:
        return [
            compared
            for compared in self._compared
            if compared.is_begun and compared.alike and compared.before <= self.lines < compared.end
        ]

    def _is_telling(self, name: str) -> bool:
        """Return whether it is more than chance that another log begins like this one.

        Two servers behind a load balancer may log the same health checks in the same second.
        """
        beginning = self._beginning[: self._known.size]
        if self._known.lines >= _LINES_WITH_TOKEN and _TOKEN.search(beginning):
            return True
        if self._known.lines >= _TELLING_LINES:
            sizes = {len(line) for line in beginning.splitlines()}
            return len(sizes) >= _TELLING_SIZES
        family = _family(name)
        return any(
            _family(compared.run.source) == family for compared in self._compared if compared.before == 0
        )


def _family(name: str) -> str:
    """Return the part of a name that stays when a log is rotated, compressed or copied."""
    while (shorter := _ADDED.sub("", name)) != name:
        name = shorter
    return name
