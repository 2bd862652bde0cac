"""Reader that passes the lines of a log to their parsers

Prefixes before the lines are skipped, and each header applies to the lines below it.
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

#: Number of lines inspected to find the usual prefix.
_LINES_LOOKED_AT = 200
_FEWEST_LOOKED_AT = 20
_LOOKED_AT_BYTES = 1 << 16
#: Maximum length of a header.
_HEADER_BYTES = 1 << 14
#: A carriage return that belongs to no line end.
_LONE_CR = re.compile(rb"\r(?![\r\n]|\Z)")
#: Number of lines with a carriage return that are inspected in a block, and number of bytes in each.
_LOOKED_INTO = 50
_LOOKED_INTO_BYTES = 1 << 18


@dataclass(frozen=True)
class LinesUnderOneHeader:
    """Lines of a block, the parser for the regular ones, and the SQL for the others."""

    lines: bytes
    parse: ParseRegular
    columns: str


class LineReader:
    """Reader that chooses how the lines of one log are parsed, block by block, from its beginning on.

    ``beginning`` holds the first lines of the log, unchanged.
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
        """Return the first lines without their prefixes."""
        return self._first_lines

    @property
    def doubt(self) -> str | None:
        """Return why the log's addresses may not be those of the clients; None if nothing says so."""
        return self._format.doubt(self._first_lines)

    def pass_by(self, block: bytes) -> None:
        """Add the next block of the log, whose lines may differ in format from the first ones.

        A server may have switched to another log format in the middle of a log. A lasting change is seen at
        the end of the log. Changes in between are checked for at growing intervals, so that a temporary one
        may be missed.
        """
        self._blocks += 1
        self._end = (self._end + block if len(block) < _LOOKED_AT_BYTES else block)[-_LOOKED_AT_BYTES:]
        # The next check sees the end of the first block, unless that is the end of the log.
        if self._blocks > 1 and not self._blocks & (self._blocks - 1):
            self._change = self.change

    @property
    def change(self) -> FormatChange | None:
        """Return how later lines differ from the first of the log, so that they are parsed wrongly."""
        last = self._end.splitlines()[1:][-_LINES_LOOKED_AT:]
        if self._change or len(last) < _FEWEST_LOOKED_AT:
            return self._change
        return self._format.change(self._first_lines, [self._prefix.cut_off(line) for line in last])

    def is_line(self, line: bytes) -> bool:
        """Return True if a line without its end is complete."""
        text = self._prefix.cut_off(line)
        return bool(self._format.line.fullmatch(text)) and self._format.has_all_fields(
            self._first_lines, text
        )

    def ends_in_cr(self, block: bytes) -> bool:
        """Return True if lines of a block end in only a carriage return.

        They would be one line, and at most its first request would count. A carriage return within a line,
        as a progress bar writes it, does not separate two whole lines.
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
        """Skip bytes that were read before; only their headers matter now."""
        if not self._format.has_headers:
            return
        seen = self._passed + piece
        end = seen.rfind(b"\n") + 1
        if lines := _headers(seen[:end]):
            self._follow(seen[lines[-1] : end])
        self._passed = seen[end:][-_HEADER_BYTES:]

    def parts(self, block: bytes) -> Iterator[LinesUnderOneHeader]:
        """Yield the lines of a block, cut before each header that names other fields than the last one."""
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
        """Apply the header that these lines begin with; the line below it shows its delimiter."""
        data = next((line for line in lines[: 4 * _HEADER_BYTES].splitlines() if _is_data(line)), None)
        last = next((line for line in self._first_lines if _is_data(line)), b"")
        self._first_lines = [_first_line(lines), data or last]
        self._set_header()

    def _set_header(self) -> None:
        self._columns = self._format.columns(self._first_lines)
        parse = self._format.parse_regular(self._first_lines)
        self._parse = behind_prefix(parse, self._prefix, self._usual)


def _headers(block: bytes) -> list[int]:
    """Return the offsets of the lines that name the fields."""
    places = []
    place = _find_header(block, 0)
    while place >= 0:
        begin = block.rfind(b"\n", 0, place) + 1
        if without_prefix(block[begin : place + len(HEADER)]) == HEADER:
            places.append(begin)
        place = _find_header(block, place + 1)
    return places


def _find_header(block: bytes, begin: int) -> int:
    """Return the offset of the next header, or -1; finding one letter is six times as fast as a word."""
    sharp = block.find(HEADER[:1], begin)
    return block.find(HEADER, sharp) if sharp >= 0 else -1


def _first_line(lines: bytes) -> bytes:
    return without_prefix(lines[:_HEADER_BYTES].split(b"\n", 1)[0])


def _is_data(line: bytes) -> bool:
    return bool(line.strip()) and not without_prefix(line).startswith(b"#")
