"""In which order do the versions of a package come? In conda's, but for few upstreams that it misreads."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from rattler import Version
from rattler.exceptions import InvalidVersionError

from conda_census.errors import CensusError

__all__ = ["VersionError", "ordered"]

_KEPT = 1 << 18


class VersionError(CensusError):
    """A version that conda cannot order."""


@lru_cache(_KEPT)
def ordered(text: str, conda_name: str = "") -> Version:
    """The version of a package as something that can be compared; equal versions are equal and hash so.

    Conda takes letters for a release before the number that they follow (``conda.models.version``), which
    for some upstreams they come after: such versions are read as if they said ``post``.

    Raises:
        VersionError: conda cannot order it.
    """
    rewrite = _UPSTREAMS.get(conda_name)
    try:
        return Version(rewrite(text) if rewrite else text)
    except InvalidVersionError:
        raise VersionError(f"{text!r} is no version that conda can order: correct it") from None


def _openssl(text: str) -> str:
    """1.0.2 < 1.0.2a < 1.0.2z < 1.0.2za < 1.1.0; conda recipes write 1.0.2_ where they mean 1.0.2."""
    return _letters(text, r"([01](?:\.\d+)*)[_-]?([a-y]|z[a-z]?)?")


def _jpeg(text: str) -> str:
    """9 < 9a < 9e < 10."""
    return _letters(text, r"(\d+)([a-z])?")


def _sudo(text: str) -> str:
    """1.8.31 < 1.8.31p1 < 1.8.31p2 < 1.8.32, while 1.8.31b1 and 1.8.31rc1 come before 1.8.31."""
    return _letters(text, r"(\d+(?:\.\d+)*)(?:p(\d+))?")


def _letters(text: str, pattern: str) -> str:
    found = re.fullmatch(pattern, text)
    if not found:
        return text
    number, counter = found.groups()
    return f"{number}.post.{counter}" if counter else number


_UPSTREAMS: dict[str, Callable[[str], str]] = {
    "openssl": _openssl,
    "libopenssl-static": _openssl,
    "jpeg": _jpeg,
    "sudo": _sudo,
}
