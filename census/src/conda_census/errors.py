"""What can a person do wrong, so that they are told in one line what to do about it?"""

from __future__ import annotations

__all__ = ["CensusError", "LakeError", "SourceError"]


class CensusError(Exception):
    """Bad input: the message is one line and says what is wrong, where, and what to do.

    It never holds the content of a log line, a token or an address.
    """


class SourceError(CensusError):
    """A path that cannot be read as an access log."""


class LakeError(CensusError):
    """A lake that cannot be opened, read or written."""
