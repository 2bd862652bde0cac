r"""What stands before the lines of a log, put there by what carried them: it is skipped.

- A byte-order mark, and the NUL bytes of a log that was cut off under a server without ``O_APPEND``.
- What syslog (RFC 3164, RFC 5424, and the times of ISO 8601 that rsyslog and journald write), Kubernetes
  (CRI), Docker Compose and daemontools write before each line, up to three of them.
- The name of the virtual host, as in ``vhost_combined``.

``conda.example.org:443 192.0.2.7 - - [10/Oct/2000:13:55:36 -0700] "GET /p HTTP/1.1" 200 …``

The pattern is both Python's and RE2's.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from conda_census.logs.regular.fields import as_large_strings
from conda_census.logs.regular.requests import Parsed, ParseRegular
from conda_census.logs.regular.split import LINES_MAX, TooManyLinesError

__all__ = ["PREFIXES", "Prefix", "behind_prefix", "without_prefix"]

_LINE_END = ord("\n")

_CLOCK = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]{1,9})?"
_ISO = rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T{_CLOCK}(?:Z|[+-][0-9]{{2}}:?[0-9]{{2}})?"
_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
#: A day of one digit has two blanks before it (RFC 3164, section 4.1.2), or a nought.
_BSD = rf"{_MONTH} {{1,2}}[0-9]{{1,2}} (?:[0-9]{{4}} )?{_CLOCK}"
_JOURNAL = rf"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}} {_CLOCK} [A-Z]{{2,5}}"
_SECONDS = r"[0-9]{9,10}\.[0-9]{3,9}"
_HOST = r'[^\s"{|\[]+'
_PROCESS = r'[A-Za-z0-9_][^\s"{|\[\]:]*(?:\[[^\s\]]+\]: *|: +)'
_PRIORITY = r"(?:(?:[0-9]{1,6} )?<[0-9]{1,3}>)?"
_STRUCTURED = r'(?:-|(?:\[(?:[^\]"]|"(?:[^"\\]|\\.)*")*\])+)'

_LAYERS = (
    rf"(?:[0-9]{{1,6}} )?<[0-9]{{1,3}}>[0-9] (?:{_ISO}|-) (?:{_HOST} ){{4}}{_STRUCTURED} ",
    rf"{_ISO} (?:stdout|stderr) F ",
    rf"{_PRIORITY}(?:{_BSD}|{_ISO}|{_JOURNAL}) (?:(?:{_HOST} )?{_PROCESS})?",
    rf"{_SECONDS} {_HOST} {_PROCESS}",
    r"[0-9A-Za-z][0-9A-Za-z_.-]* +\| ",
    r"\[pod/[^\s\]]+\] ",
    rf"(?:@[0-9a-f]{{24}}|[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}_{_CLOCK}) ",
    r"[A-Za-z][0-9A-Za-z_./-]*(?:\[[0-9]+\])?: +",
)
#: What looks like an address; whether it is one the format says.
_ADDRESS = r"(?:\[?(?:[0-9]{1,3}\.){3}[0-9]{1,3}[^\s,]*|\[?[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]+[^\s,]*)"
_LISTED = rf"{_ADDRESS}(?:, ?[^\s,]+)*"
#: Of two addresses without ports nobody knows which is the client's.
_VIRTUAL_HOST = (
    r"(?:(?:[0-9A-Za-z_-]*[A-Za-z_][0-9A-Za-z_-]*|(?:[0-9A-Za-z_-]+\.)+[A-Za-z][0-9A-Za-z-]*\.?|\*)"
    r"(?::[0-9]{1,5})?"
    r"|(?:[0-9]{1,3}\.){3}[0-9]{1,3}:[0-9]{1,5}|\[[0-9A-Fa-f:.]+\]:[0-9]{1,5})(?: -)? "
)
_NOTHING = "(?:\ufeff|\\x00)*"
_CARRIED = rf"{_NOTHING}(?:(?:{'|'.join(_LAYERS)}){_NOTHING}){{0,3}}"


class Prefix:
    """What may stand before the lines of a log.

    Attributes:
        pattern: with one group, which is kept.
    """

    def __init__(self, pattern: str) -> None:
        self._of_bytes = re.compile(pattern.encode())
        self.pattern = "^" + pattern

    def cut_off(self, line: bytes) -> bytes:
        """Return a line without it."""
        return self._of_bytes.sub(rb"\1", line, count=1)


#: In the order in which they are tried: a format that somebody described may name the virtual host, or all
#: that carried the lines, as fields of its own.
PREFIXES = (
    Prefix(rf"{_CARRIED}(?:{_VIRTUAL_HOST}({_LISTED} [^\s\[]+ [^\s\[][^\[\n]*\[))?"),
    Prefix(_CARRIED + "()"),
    Prefix("()"),
)
#: Lines that begin so have nothing before them: JSON, quotes, a header.
_BARE = np.frombuffer(b'{"#', dtype=np.uint8)


def without_prefix(line: bytes) -> bytes:
    """Return a line without all that may stand before it."""
    return PREFIXES[0].cut_off(line)


def behind_prefix(parse: ParseRegular, prefix: Prefix, *, of_all_lines: bool) -> ParseRegular:
    """Return what takes lines apart with ``parse``, but skips what stands before a line.

    If not ``of_all_lines``, as in most logs, it is only looked for in lines that are not regular as they are.
    """

    def parse_behind(block: bytes) -> Parsed:
        parsed = parse(_of_block(block, prefix) if of_all_lines else block)
        if of_all_lines or not len(parsed.rest):
            return parsed
        return Parsed(parsed.lines, parsed.requests, parsed.rest_lines, _of_lines(parsed.rest, prefix))

    return parse_behind


def _of_lines(lines: pa.LargeStringArray, prefix: Prefix) -> pa.LargeStringArray:
    """The lines, each with its end, without what stands before them."""
    offsets = np.frombuffer(lines.buffers()[1], np.int64)[lines.offset : lines.offset + len(lines) + 1]
    first_bytes = np.frombuffer(lines.buffers()[2], np.uint8)[offsets[:-1]]
    if np.isin(first_bytes, _BARE).all():
        return lines
    return pc.replace_substring_regex(lines, prefix.pattern, r"\1", max_replacements=1)


def _of_block(block: bytes, prefix: Prefix) -> bytes:
    data = np.frombuffer(block, dtype=np.uint8)
    ends = np.flatnonzero(data == _LINE_END) + 1
    if len(ends) > LINES_MAX:
        raise TooManyLinesError
    lines = _of_lines(as_large_strings(data, np.concatenate([[0], ends[:-1]]), ends), prefix)
    offsets = np.frombuffer(lines.buffers()[1], np.int64)
    bare: bytes = lines.buffers()[2].to_pybytes()
    return bare[offsets[lines.offset] : offsets[lines.offset + len(lines)]]
