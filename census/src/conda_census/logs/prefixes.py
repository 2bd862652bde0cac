r"""Prefixes that log carriers put before lines, and that are skipped

- A byte-order mark, and the NUL bytes of a log that was truncated under a server without ``O_APPEND``.
- The prefixes that syslog (RFC 3164, RFC 5424, and the ISO 8601 times that rsyslog and journald write),
  Kubernetes (CRI), Docker Compose and daemontools write before each line, up to three of them.
- The name of the virtual host, as in ``vhost_combined``.

``conda.example.org:443 192.0.2.7 - - [10/Oct/2000:13:55:36 -0700] "GET /p HTTP/1.1" 200 …``

The pattern works in both Python and RE2.
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
#: Maximum length of a prefix together with the address after it.
_BYTES_MAX = 1 << 12

_CLOCK = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]{1,9})?"
_ISO = rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T{_CLOCK}(?:Z|[+-][0-9]{{2}}:?[0-9]{{2}})?"
_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
#: A day of one digit has two blanks before it (RFC 3164, section 4.1.2), or a zero.
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
#: A text that looks like an address; the format decides if it is one.
_ADDRESS = r"(?:\[?(?:[0-9]{1,3}\.){3}[0-9]{1,3}[^\s,]*|\[?[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]+[^\s,]*)"
_LISTED = rf"{_ADDRESS}(?:, ?[^\s,]+)*"
#: For two addresses without ports it is not known which is the client's.
_VIRTUAL_HOST = (
    r"(?:(?:[0-9-]*[A-Za-z_][0-9A-Za-z_-]*|(?:[0-9A-Za-z_-]+\.)+[A-Za-z][0-9A-Za-z-]*\.?|\*)"
    r"(?::[0-9]{1,5})?"
    r"|(?:[0-9]{1,3}\.){3}[0-9]{1,3}:[0-9]{1,5}|\[[0-9A-Fa-f:.]+\]:[0-9]{1,5})(?: -)? "
)
_NOTHING = "(?:\ufeff|\\x00)*"
_CARRIED = rf"{_NOTHING}(?:(?:{'|'.join(_LAYERS)}){_NOTHING}){{0,3}}"


class Prefix:
    """Prefix that the lines of a log may have.

    Attributes:
        pattern: its pattern, with one group, which is kept.
    """

    def __init__(self, pattern: str) -> None:
        self._of_bytes = re.compile(pattern.encode())
        self.pattern = "^" + pattern

    def cut_off(self, line: bytes) -> bytes:
        """Return a line without the prefix."""
        found = self._of_bytes.match(line, 0, _BYTES_MAX)
        return (found[1] or b"") + line[found.end() :] if found and found.end() else line


#: Prefixes in the order in which they are tried. A format from census.toml may have the virtual host, or
#: everything that a carrier added, as fields of its own.
PREFIXES = (
    Prefix(rf"{_CARRIED}(?:{_VIRTUAL_HOST}({_LISTED} [^\s\[]+ [^\s\[][^\[\n]*\[))?"),
    Prefix(_CARRIED + "()"),
    Prefix("()"),
)
_EACH_LAYER = [
    (layer, re.compile(layer.encode())) for layer in ("(?:\ufeff|\\x00)+", *_LAYERS, _VIRTUAL_HOST)
]
#: Number of lines up to which Python is faster, because Arrow compiles a pattern each time.
_FEW_LINES = 200
#: Lines that begin with these bytes have no prefix: JSON, quotes, a header.
_BARE = np.frombuffer(b'{"#', dtype=np.uint8)


def without_prefix(line: bytes) -> bytes:
    """Return a line without any prefix that it may have."""
    return PREFIXES[0].cut_off(line)


def usual_pattern(lines: Iterable[bytes], prefix: Prefix) -> str | None:
    """Return a pattern for the most common prefix of these lines; None if most have none.

    It is much faster than the pattern for all possible prefixes.
    """
    found: Counter[str] = Counter()
    for line in lines:
        length = len(line) - len(prefix.cut_off(line))
        found[_pattern_of(line[:length])] += 1
    usual = found.most_common(1)[0][0] if found else ""
    return f"^{usual}" if usual else None


def behind_prefix(parse: ParseRegular, prefix: Prefix, usual: str | None) -> ParseRegular:
    """Return a parser that uses ``parse``, but skips the prefixes of lines.

    ``usual`` is a pattern for the most common prefix. Lines with another prefix, and all lines if it is None
    as for most logs, are only inspected for prefixes if they are not regular as they are.
    """

    def parse_behind(block: bytes) -> Parsed:
        # In a block without its prefixes the line ends have other offsets.
        parsed = replace(parse(_of_block(block, usual)), line_ends=None) if usual else parse(block)
        if not len(parsed.rest):
            return parsed
        return replace(parsed, rest=_behind(parsed.rest, prefix))

    return parse_behind


def _behind(lines: pa.LargeStringArray, prefix: Prefix) -> pa.LargeStringArray:
    """Return the lines, each with its end, without their prefixes."""
    if len(lines) <= _FEW_LINES:
        listed = lines.view(pa.large_binary()).to_pylist()
        if max(map(len, listed)) <= _BYTES_MAX:
            return pa.array(map(prefix.cut_off, listed), pa.large_binary()).view(pa.large_string())
    return _of_lines(lines, prefix.pattern)


def _pattern_of(before: bytes) -> str:
    """Return the pattern of one prefix, layer by layer; empty for none."""
    pattern = ""
    while before:
        for layer, of_bytes in _EACH_LAYER:
            if (match := of_bytes.match(before)) and match.end():
                pattern += layer
                before = before[match.end() :]
                break
        else:
            return ""
    # An address follows the name of a virtual host.
    return (
        f"{pattern}([0-9A-Fa-f:\\[])" if pattern.endswith(_VIRTUAL_HOST) else pattern + "()" * bool(pattern)
    )


def _of_lines(lines: pa.LargeStringArray, pattern: str) -> pa.LargeStringArray:
    """Return the lines, each with its end, without their prefixes."""
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
