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
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from conda_census.logs.fast.field_values import as_large_strings
from conda_census.logs.fast.line_splitting import LINES_MAX, TooManyLinesError
from conda_census.logs.fast.request_columns import Parsed, ParseRegular

__all__ = ["PREFIXES", "Prefix", "behind_prefix", "usual_pattern", "without_prefix"]

_LINE_END = ord("\n")
#: Nothing that stands before a line is longer, with the address behind it.
_BYTES_MAX = 1 << 12

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
    r"(?:(?:[0-9-]*[A-Za-z_][0-9A-Za-z_-]*|(?:[0-9A-Za-z_-]+\.)+[A-Za-z][0-9A-Za-z-]*\.?|\*)"
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
        found = self._of_bytes.match(line, 0, _BYTES_MAX)
        return (found[1] or b"") + line[found.end() :] if found and found.end() else line


#: In the order in which they are tried: a format that somebody described may name the virtual host, or all
#: that carried the lines, as fields of its own.
PREFIXES = (
    Prefix(rf"{_CARRIED}(?:{_VIRTUAL_HOST}({_LISTED} [^\s\[]+ [^\s\[][^\[\n]*\[))?"),
    Prefix(_CARRIED + "()"),
    Prefix("()"),
)
_EACH_LAYER = [
    (layer, re.compile(layer.encode())) for layer in ("(?:\ufeff|\\x00)+", *_LAYERS, _VIRTUAL_HOST)
]
#: Of so few lines Python is faster, for Arrow compiles a pattern each time.
_FEW_LINES = 200
#: Lines that begin so have nothing before them: JSON, quotes, a header.
_BARE = np.frombuffer(b'{"#', dtype=np.uint8)


def without_prefix(line: bytes) -> bytes:
    """Return a line without all that may stand before it."""
    return PREFIXES[0].cut_off(line)


def usual_pattern(lines: Iterable[bytes], prefix: Prefix) -> str | None:
    """Return a pattern for what stands before the most of these lines; None if nothing does.

    It is much faster than the pattern for all that may stand there.
    """
    found: Counter[str] = Counter()
    for line in lines:
        length = len(line) - len(prefix.cut_off(line))
        found[_pattern_of(line[:length])] += 1
    usual = found.most_common(1)[0][0] if found else ""
    return f"^{usual}" if usual else None


def behind_prefix(parse: ParseRegular, prefix: Prefix, usual: str | None) -> ParseRegular:
    """Return what takes lines apart with ``parse``, but skips what stands before a line.

    ``usual`` is a pattern for what stands before the most of them; other lines, and all if it is None as in
    most logs, are only looked at if they are not regular as they are.
    """

    def parse_behind(block: bytes) -> Parsed:
        # The line ends of a block without its prefixes are at other places.
        parsed = replace(parse(_of_block(block, usual)), line_ends=None) if usual else parse(block)
        if not len(parsed.rest):
            return parsed
        return replace(parsed, rest=_behind(parsed.rest, prefix))

    return parse_behind


def _behind(lines: pa.LargeStringArray, prefix: Prefix) -> pa.LargeStringArray:
    """The lines, each with its end, without what stands before them."""
    if len(lines) <= _FEW_LINES:
        listed = lines.view(pa.large_binary()).to_pylist()
        if max(map(len, listed)) <= _BYTES_MAX:
            return pa.array(map(prefix.cut_off, listed), pa.large_binary()).view(pa.large_string())
    return _of_lines(lines, prefix.pattern)


def _pattern_of(before: bytes) -> str:
    """The pattern of one prefix, layer by layer; empty for none."""
    pattern = ""
    while before:
        for layer, of_bytes in _EACH_LAYER:
            if (match := of_bytes.match(before)) and match.end():
                pattern += layer
                before = before[match.end() :]
                break
        else:
            return ""
    # What follows the name of a virtual host is an address.
    return (
        f"{pattern}([0-9A-Fa-f:\\[])" if pattern.endswith(_VIRTUAL_HOST) else pattern + "()" * bool(pattern)
    )


def _of_lines(lines: pa.LargeStringArray, pattern: str) -> pa.LargeStringArray:
    """The lines, each with its end, without what stands before them."""
    offsets = np.frombuffer(lines.buffers()[1], np.int64)[lines.offset : lines.offset + len(lines) + 1]
    first_bytes = np.frombuffer(lines.buffers()[2], np.uint8)[offsets[:-1]]
    may_have = ~np.isin(first_bytes, _BARE)
    if not may_have.any():
        return lines
    if may_have.all():
        return pc.replace_substring_regex(lines, pattern, r"\1", max_replacements=1)
    mask = pa.array(may_have)
    bare = pc.replace_substring_regex(lines.filter(mask), pattern, r"\1", max_replacements=1)
    return pc.replace_with_mask(lines, mask, bare)


def _of_block(block: bytes, pattern: str) -> bytes:
    data = np.frombuffer(block, dtype=np.uint8)
    ends = np.flatnonzero(data == _LINE_END) + 1
    if len(ends) > LINES_MAX:
        raise TooManyLinesError
    lines = _of_lines(as_large_strings(data, np.concatenate([[0], ends[:-1]]), ends), pattern)
    offsets = np.frombuffer(lines.buffers()[1], np.int64)
    bare: bytes = lines.buffers()[2].to_pybytes()
    return bare[offsets[lines.offset] : offsets[lines.offset + len(lines)]]
