"""Files that are no access logs: an error log beside it, an archive, a log wrapped in another log's lines"""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["archive_kind", "other_log"]

_LEVEL = "(?:debug|info|notice|warn|error|crit|alert|emerg|trace[1-8])"
_MONTH_DAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]\d"
#: Kind of log by the beginning of its lines, and what to give instead.
_OTHER_LOGS = {
    rf"\d{{4}}/\d\d/\d\d \d\d:\d\d:\d\d \[{_LEVEL}\] \d+#\d+: ": (
        "the error log of nginx: give its access log"
    ),
    rf"\[{_MONTH_DAY} \d\d:\d\d:\d\d(?:\.\d+)? \d{{4}}\] \[(?:[a-z0-9_]+:)?{_LEVEL}\] ": (
        "the error log of Apache: give its access log"
    ),
    r'\{"log":"(?:[^"\\]|\\.)*","stream":"std(?:out|err)"': (
        "a log in the files of Docker: give the lines inside, as with docker logs, or jq -r .log"
    ),
    r"__CURSOR=|__REALTIME_TIMESTAMP=": (
        "an export of journald: give the lines inside, as with journalctl --output cat"
    ),
    r"\s*<(?:!DOCTYPE|html|\?xml)": "a page of the web: give the log itself",
}
_PATTERNS = {re.compile(pattern.encode()): name for pattern, name in _OTHER_LOGS.items()}
#: Archives by their first bytes.
_ARCHIVES = {
    b"PK\x03\x04": "a zip archive",
    b"PK\x05\x06": "a zip archive",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!\x1a\x07": "a rar archive",
    b"\x1f\x9d": "data of compress (.Z)",
    b"\x04\x22\x4d\x18": "lz4 data",
    b"LZIP": "lzip data",
    b"SQLite format 3\0": "a database of SQLite",
}
_TAR_MARK = slice(257, 262)


def other_log(lines: Sequence[bytes]) -> str | None:
    """Return the kind of log if at least half of the lines begin like those of another kind of log."""
    lines = [line for line in lines if line.strip()]
    for pattern, name in _PATTERNS.items():
        if lines and 2 * sum(bool(pattern.match(line)) for line in lines) >= len(lines):
            return name
    return None


def archive_kind(beginning: bytes) -> str | None:
    """Return the kind of an archive, or of a compression that is not read, by its first bytes."""
    if beginning[_TAR_MARK] == b"ustar":
        return "a tar archive"
    return next((name for magic, name in _ARCHIVES.items() if beginning.startswith(magic)), None)
