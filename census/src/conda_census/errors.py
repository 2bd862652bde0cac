"""What can a person do wrong, so that they are told in one line what to do about it?"""

from __future__ import annotations

from pathlib import Path

__all__ = [
    "CensusError",
    "CutShortError",
    "DamagedFileError",
    "EngineError",
    "LakeError",
    "LastingSourceError",
    "NoAccessLogError",
    "SourceError",
    "first_line",
    "one_line",
]


class CensusError(Exception):
    """Bad input: the message is one line and says what is wrong, where, and what to do.

    It never holds the content of a log line, a token or an address.
    """

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message))


class SourceError(CensusError):
    """A path that cannot be read as an access log."""


class CutShortError(SourceError):
    """A compressed log that ends before its data does: it may still be being copied or written."""


class LastingSourceError(SourceError):
    """A source whose bytes are there and are no log, or a damaged one: to read them again says the same.

    Every other ``SourceError`` may pass by itself, or is for the operator to put right (permission, network,
    a file that is still being copied), and is told at every run.
    """


class NoAccessLogError(LastingSourceError):
    """A source that is known to be no access log, so that no request is missing without it."""


class LakeError(CensusError):
    """A lake that cannot be opened, read or written."""


class DamagedFileError(LakeError):
    """A file of a lake that can be read, and does not hold what it should.

    Attributes:
        path: the file.
    """

    def __init__(self, path: Path, what_to_do: str) -> None:
        super().__init__(f"{path}: damaged: {what_to_do}")
        self.path = path


class EngineError(CensusError):
    """An engine that is not there, or that failed."""


def one_line(text: str) -> str:
    r"""The text with what is not printable as ``\n``, ``\x1b``, …: the name of a file may hold anything."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text
    )


def first_line(problem: Exception) -> str:
    """What a library says of a problem, without the lines of detail that may follow."""
    return str(problem).partition("\n")[0]
