"""Which format is a file in?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from conda_census.errors import LastingSourceError, SourceError
from conda_census.logs.blocks import MAX_LINE_BYTES
from conda_census.logs.formats import LogFormat
from conda_census.logs.source import Readable
from conda_census.logs.sources import decompressed

__all__ = ["Beginning", "format_of", "read_beginning"]

_BEGINNING_BYTES = 1 << 18
#: So many lines tell a format; only where they tell none, all of the beginning is looked at.
_SNIFFED_LINES = 200


@dataclass(frozen=True)
class Beginning:
    """The first lines of a file, without their ends, and whether they are all there is."""

    lines: list[bytes]
    is_binary: bool


def read_beginning(source: Readable) -> Beginning:
    """The first 256 KiB of a source, decompressed, as lines. The last one may be cut.

    Raises:
        SourceError: the source cannot be read, or is damaged.
    """
    data = b""
    for piece in decompressed(source):
        data += piece
        if len(data) >= _BEGINNING_BYTES:
            break
    return Beginning(data[:_BEGINNING_BYTES].splitlines(), b"\0" in data)


def format_of(
    source: Readable, beginning: Beginning, known: Mapping[str, LogFormat], name: str = "auto"
) -> LogFormat:
    """The format that the most of the first lines are in, or the one that ``name`` forces.

    Where many lines are in several formats, the one that stands first in ``known`` has them.

    Raises:
        SourceError: no line is in any format, or none in the forced one; it says why for each.
    """
    if name not in ("auto", *known):
        raise SourceError(
            f"{source}: was to be read in the format {name}, which is not known any more: "
            "put it back into census.toml, or give --format another name"
        )
    candidates = list(known.values()) if name == "auto" else [known[name]]
    lines = [line for line in beginning.lines if 0 < len(line) <= MAX_LINE_BYTES]
    faults = {log_format.name: log_format.header_fault(lines) for log_format in candidates}
    fitting = [log_format for log_format in candidates if not faults[log_format.name]]
    for some in (lines[:_SNIFFED_LINES], lines):
        matches = {log_format.name: _matches(log_format, some) for log_format in fitting}
        most = max(matches.values(), default=0)
        if most:
            return next(known[each] for each, count in matches.items() if 2 * count >= most)
    if beginning.is_binary:
        raise LastingSourceError(f"{source}: a binary file, not an access log: name the log itself")
    tried = ", ".join(
        f"{log_format.name} ({faults[log_format.name] or _missing(log_format, lines)})"
        for log_format in candidates
    )
    raise LastingSourceError(
        f"{source}: not an access log: none of its first {len(beginning.lines)} lines is in a format that "
        f"was tried: {tried}: check that it is the access log of the web server, or describe its format in "
        "census.toml"
    )


def _matches(log_format: LogFormat, lines: list[bytes]) -> int:
    return sum(1 for line in lines if log_format.line.fullmatch(line))


def _missing(log_format: LogFormat, lines: list[bytes]) -> str:
    """What no line has, in words that hold nothing of any line."""
    for mark in log_format.marks:
        if not any(mark.pattern.search(line) for line in lines):
            return f"no line has {mark.name}"
    return "no line has all its fields in their places"
