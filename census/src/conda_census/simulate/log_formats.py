"""In which formats can logs be written? A line of each, as a server or CDN would write it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LOG_FORMATS", "WrittenFormat"]


@dataclass(frozen=True)
class WrittenFormat:
    """How a format's lines are made.

    Attributes:
        line: its parts in braces, and those of the day as ``strftime`` has them; see ``lines.lines_of``.
        header: lines at the start of each file, each with its end.
    """

    line: str
    header: str = ""


#: By their names in ``logs.formats``.
LOG_FORMATS: dict[str, WrittenFormat] = {
    "combined": WrittenFormat(
        '{address} - - [%d/%b/%Y:{clock} +0000] "GET {path} HTTP/1.1" {status} {bytes} "-" "{user_agent}"'
    ),
}
