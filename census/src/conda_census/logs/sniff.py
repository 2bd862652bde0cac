"""Which format is a file in?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from conda_census.errors import SourceError
from conda_census.logs.formats import FORMATS, LogFormat
from conda_census.logs.sources import decompressed

__all__ = ["Beginning", "format_of", "read_beginning"]

_BEGINNING_BYTES = 1 << 18


@dataclass(frozen=True)
class Beginning:
    """The first lines of a file, without their ends, and whether they are all there is."""

    lines: list[bytes]
    is_binary: bool


def read_beginning(path: Path) -> Beginning:
    """The first 256 KiB of a file, decompressed, as lines. The last one may be cut.

    Raises:
        SourceError: the file cannot be read, or is damaged.
    """
    data = b""
    for piece in decompressed(path):
        data += piece
        if len(data) >= _BEGINNING_BYTES:
            break
    return Beginning(data[:_BEGINNING_BYTES].splitlines(), b"\0" in data)


def format_of(path: Path, beginning: Beginning, name: str = "auto") -> LogFormat:
    """The format that the most of the first lines are in, or the one that ``name`` forces.

    Raises:
        SourceError: no line is in any format, or none in the forced one.
    """
    candidates = list(FORMATS.values()) if name == "auto" else [FORMATS[name]]
    matches = {log_format.name: _matches(log_format, beginning.lines) for log_format in candidates}
    best = max(matches, key=matches.__getitem__)
    if matches[best]:
        return FORMATS[best]
    if beginning.is_binary:
        raise SourceError(f"{path}: a binary file, not an access log: name the log itself")
    tried = ", ".join(matches)
    raise SourceError(
        f"{path}: not an access log: none of its first {len(beginning.lines)} lines is in a format that "
        f"was tried ({tried}): check that it is the access log of the web server"
    )


def _matches(log_format: LogFormat, lines: list[bytes]) -> int:
    return sum(1 for line in lines if log_format.line.fullmatch(line))
