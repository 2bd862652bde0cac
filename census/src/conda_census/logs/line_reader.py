"""A log's lines on their way to what takes them apart.

What stands before them is skipped, and each header holds for the lines below it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from conda_census.logs.fast.request_columns import ParseRegular
from conda_census.logs.parsing.header_fields import HEADER, header_fields
from conda_census.logs.parsing.log_format import FormatChange, LogFormat
from conda_census.logs.prefixes import PREFIXES, behind_prefix, usual_pattern, without_prefix

__all__ = ["LineReader", "LinesUnderOneHeader"]

#: So many tell what usually stands before a line.
_LINES_LOOKED_AT = 200
_FEWEST_LOOKED_AT = 20
_LOOKED_AT_BYTES = 1 << 16
#: No header is longer.
_HEADER_BYTES = 1 << 14
#: A carriage return that belongs to no line end.
_LONE_CR = re.compile(rb"\r(?![\r\n]|\Z)")
#: So many lines of a block that hold one are looked at, and so many bytes of each.
_LOOKED_INTO = 50
_LOOKED_INTO_BYTES = 1 << 18


@dataclass(frozen=True)
class LinesUnderOneHeader:
    """Lines of a block, what takes the regular ones apart, and the SQL for the others."""

    lines: bytes
    parse: ParseRegular
    columns: str


class LineReader:
    """Tells how the lines of one log are taken apart, block by block, from its beginning on.

    ``beginning`` holds the first lines of the log, as they stand there.
    """

    def __init__(self, log_format: LogFormat, beginning: Sequence[bytes]) -> None:
        self._format = log_format
        self._prefix = PREFIXES[0]
        self._usual: str | None = None
        self._first_lines = [self._prefix.cut_off(line) for line in beginning]
        if self._first_lines != list(beginning):
            self._prefix = max(PREFIXES, key=lambda one: log_format.count(map(one.cut_off, beginning)))
            self._first_lines = [self._prefix.cut_off(line) for line in beginning]
            self._usual = usual_pattern(beginning[:_LINES_LOOKED_AT], self._prefix)
        self._passed = b""
        self._blocks = 0
        self._end = b""
        self._change: FormatChange | None = None
        self._set_header()

    @property
    def first_lines(self) -> Sequence[bytes]:
        """The first lines without what stands before them."""
        return self._first_lines

    @property
    def doubt(self) -> str | None:
        """Why the addresses in the log may not be those of the clients; None if nothing says so."""
        return self._format.doubt(self._first_lines)

    def pass_by(self, block: bytes) -> None:
        """Take the next block of the log, in which lines may be written otherwise than the first ones.

        A server may have got another log format in the midst of a log. A change that lasts is seen at the end
        of the log; one that does not may be seen in between, ever more seldom.
        """
        self._blocks += 1
        self._end = (self._end + block if len(block) < _LOOKED_AT_BYTES else block)[-_LOOKED_AT_BYTES:]
        # What the first block ends with is seen by the next look, or is the end of the log.
        if self._blocks > 1 and not self._blocks & (self._blocks - 1):
            self._change = self.change

    @property
    def change(self) -> FormatChange | None:
        """How later lines differ from the first of the log, so that they are read wrongly."""
        last = self._end.splitlines()[1:][-_LINES_LOOKED_AT:]
        if self._change or len(last) < _FEWEST_LOOKED_AT:
            return self._change
        return self._format.change(self._first_lines, [self._prefix.cut_off(line) for line in last])

    def is_line(self, line: bytes) -> bool:
        """Tell whether a line without its end is a whole one."""
        text = self._prefix.cut_off(line)
        return bool(self._format.line.fullmatch(text)) and self._format.has_all_fields(
            self._first_lines, text
        )

    def ends_in_cr(self, block: bytes) -> bool:
        """Tell whether lines of a block end in a carriage return only.

        They would be one line, of which at most the first request counts. A carriage return within a line,
        as a progress bar writes it, does not part two whole lines.
        """
        if b"\r" not in block:
            return False
        begin = 0
        for _ in range(_LOOKED_INTO):
            found = _LONE_CR.search(block, begin)
            if found is None:
                break
            start = block.rfind(b"\n", 0, found.start()) + 1
            begin = block.find(b"\n", found.end()) + 1 or len(block)
            line = block[start : min(begin, start + _LOOKED_INTO_BYTES)].rstrip(b"\r\n")
            if len(list(islice(filter(self.is_line, line.split(b"\r")), 2))) > 1:
                return True
        return False

    def pass_over(self, piece: bytes | memoryview) -> None:
        """Take bytes that were read before, of which only the headers matter now."""
        if not self._format.has_headers:
            return
        seen = self._passed + piece
        end = seen.rfind(b"\n") + 1
        if lines := _headers(seen[:end]):
            self._follow(seen[lines[-1] : end])
        self._passed = seen[end:][-_HEADER_BYTES:]

    def parts(self, block: bytes) -> Iterator[LinesUnderOneHeader]:
        """Return the lines of a block, cut before each header that names other fields than the last."""
        begin = 0
        for place in _headers(block) if self._format.has_headers else ():
            if self._names_others(block[place:]):
                if place > begin:
                    yield self._part(block[begin:place])
                self._follow(block[place:])
                begin = place
        yield self._part(block[begin:] if begin else block)

    def _part(self, lines: bytes) -> LinesUnderOneHeader:
        return LinesUnderOneHeader(lines, self._parse, self._columns)

    def _names_others(self, lines: bytes) -> bool:
        return header_fields([_first_line(lines)]) != header_fields(self._first_lines)

    def _follow(self, lines: bytes) -> None:
        """Take the header that these lines begin with; the line below it says what parts its fields."""
        data = next((line for line in lines[: 4 * _HEADER_BYTES].splitlines() if _is_data(line)), None)
        last = next((line for line in self._first_lines if _is_data(line)), b"")
        self._first_lines = [_first_line(lines), data or last]
        self._set_header()

    def _set_header(self) -> None:
        self._columns = self._format.columns(self._first_lines)
        parse = self._format.parse_regular(self._first_lines)
        self._parse = behind_prefix(parse, self._prefix, self._usual)


def _headers(block: bytes) -> list[int]:
    """The places of the lines that name the fields."""
    places = []
    place = _find_header(block, 0)
    while place >= 0:
        begin = block.rfind(b"\n", 0, place) + 1
        if without_prefix(block[begin : place + len(HEADER)]) == HEADER:
            places.append(begin)
        place = _find_header(block, place + 1)
    return places


def _find_header(block: bytes, begin: int) -> int:
    """Return the place of the next header, or -1; one letter is found six times as fast as a word."""
    sharp = block.find(HEADER[:1], begin)
    return block.find(HEADER, sharp) if sharp >= 0 else -1


def _first_line(lines: bytes) -> bytes:
    return without_prefix(lines[:_HEADER_BYTES].split(b"\n", 1)[0])


def _is_data(line: bytes) -> bool:
    return bool(line.strip()) and not without_prefix(line).startswith(b"#")
