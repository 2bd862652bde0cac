"""Errors that a person can correct, each with a one-line message that contains the remedy."""

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
    """A source with existing bytes that are no log, or a damaged one; reading them again does not help.

    Every other ``SourceError`` may pass by itself, or is for the operator to correct (permission, network, a
    file that is still being copied), and is reported at every run.
    """


class NoAccessLogError(LastingSourceError):
    """A source that is known to be no access log, so that no request is missing without it."""


class LakeError(CensusError):
    """A lake that cannot be opened, read or written."""


class DamagedFileError(LakeError):
    """A file of a lake that can be read, but has wrong content.

    Attributes:
        path: the file.
    """

    def __init__(self, path: Path, what_to_do: str) -> None:
        super().__init__(f"{path}: damaged: {what_to_do}")
        self.path = path


class EngineError(CensusError):
    """An engine that is missing or failed."""


def one_line(text: str) -> str:
    r"""Return the text with escapes such as ``\n`` and ``\x1b`` for unprintable characters.

    The name of a file may contain any character.
    """
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text
    )


def first_line(problem: Exception) -> str:
    """Return a library's message about a problem, without the lines of detail that may follow."""
    return str(problem).partition("\n")[0]
