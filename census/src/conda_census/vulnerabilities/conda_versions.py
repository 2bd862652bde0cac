"""Order of versions: conda's own, except for a few upstreams that conda misreads.

Advisories spell versions in ways that no conda package uses, such as ``v1.26.2`` or ``1.26.2.Final``. Conda
orders the first before every number, and the second before 1.26.2. So meaningless words around the number are
removed on both sides of a comparison. The bound of a range must then begin with a number: nobody means
conda's order of other bounds.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from packaging.version import InvalidVersion
from packaging.version import Version as PypiVersion
from rattler import Version
from rattler.exceptions import InvalidVersionError

from conda_census.errors import CensusError
from conda_census.vulnerabilities.names.name_entries import PYPI

__all__ = [
    "ListedFault",
    "VersionError",
    "find_listed_fault",
    "has_number",
    "parse_bound",
    "parse_listed",
    "parse_single_version",
    "parse_version",
]

_KEPT = 1 << 18
#: Words that upstreams write before and after the number without meaning another version.
_BEFORE = re.compile(r"(?:v|ver|version|r|rel|release)[ ._-]?(?=[0-9])", re.IGNORECASE)
_AFTER = re.compile(r"(?<=[0-9])[ ._-]?(?:final|ga|release|stable)", re.IGNORECASE)
_NUMBERED = re.compile(r"(?:[0-9]+!)?[0-9]+(?![!0-9])")
_WILDCARD = re.compile(r"(?:^|[._-])[xX*](?:$|[._-])")
#: Characters of a requirement, a list or a sentence that no version has.
_NO_VERSION = re.compile(r"^[~^!]|[<>=|*,;()\[\]{}\s]")
_REVISION = re.compile(r"[0-9]-[0-9]+$")


class VersionError(CensusError):
    """A version that conda cannot order."""


class ListedFault(NamedTuple):
    """Reason why no build can have a listed version.

    Attributes:
        why: the end of a sentence about the version.
        advice: what to write instead.
        is_odd: whether projects have such versions, though conda packages do not: ignored beside a range.
    """

    why: str
    advice: str
    is_odd: bool


_NOT_ONE = ListedFault("is not one version", "list each version by itself", is_odd=False)
_NAMED = ListedFault("begins with the name of the package", "give the version without it", is_odd=False)
_DASHED = ListedFault(
    "holds a '-', which no version of a conda package has", "give the version without the build", is_odd=False
)
_WITHOUT_ORDER = ListedFault("is no version that conda can order", "correct it", is_odd=True)
_WORD = ListedFault("does not begin with a number", "give the version itself", is_odd=True)
_REVISED = ListedFault(
    "may be a post-release or a build", "write 1.2.post1 of the one, 1.2 of all builds", is_odd=True
)


@lru_cache(_KEPT)
def parse_version(text: str, conda_name: str = "") -> Version:
    """Parse the version of a package, which can then be compared and hashed.

    Conda orders letters before the number that they follow (``conda.models.version``). For some upstreams
    they come after it: such versions are read with ``post``. ``v1.2``, ``release-1.2`` and ``1.2.Final`` are
    1.2.

    Raises:
        VersionError: conda cannot order it.
    """
    rewrite = _UPSTREAMS.get(conda_name)
    version = _number_of(text)
    try:
        return Version(rewrite(version) if rewrite else version)
    except InvalidVersionError:
        raise VersionError(f"{text!r} is no version that conda can order: correct it") from None


def parse_bound(text: str, conda_name: str = "", ecosystem: str = "") -> Version:
    """Parse the version at which a range of an advisory begins or ends.

    It has the spelling of its ecosystem: 1.0rev1 on PyPI is 1.0.post1.

    Raises:
        VersionError: conda cannot order it, it does not begin with a number, or it means several versions.
    """
    version = parse_single_version(_as_in_conda(text, ecosystem), conda_name)
    if not has_number(text):
        raise VersionError(
            f"{text!r} does not begin with a number, so that it is before or after no version: give the "
            "version itself"
        )
    return version


def parse_single_version(text: str, conda_name: str = "") -> Version:
    """Parse a version, and refuse one that means several, as 1.2.x does.

    Raises:
        VersionError: it means several versions, or conda cannot order it.
    """
    if _WILDCARD.search(text):
        raise VersionError(f"{text!r} stands for several versions: give one")
    return parse_version(text, conda_name)


def parse_listed(text: str, conda_name: str = "", ecosystem: str = "") -> set[Version]:
    """Return the versions that builds of a listed version may have; none if conda cannot order it."""
    versions = set()
    for spelling in {text, _as_in_conda(text, ecosystem)}:
        with contextlib.suppress(VersionError):
            versions.add(parse_version(spelling, conda_name))
    return versions


def find_listed_fault(text: str, name: str, ecosystem: str) -> ListedFault | None:
    """Return why a listed version of a project cannot be compared with the versions of builds, or None.

    ``=1.2``, ``<1.2``, ``1.2.*``, ``1.2, 1.3`` and ``demo-1.2`` are not equal to any version that they mean:
    nobody would be exposed.
    """
    version, family = _number_of(text), ecosystem.partition(":")[0]
    is_of_pypi, is_of_conda = family == PYPI, family in ("conda", "conda-forge")
    has_name = re.match(rf"{re.escape(name)}[-_.@:/]*v?[0-9]", version, re.IGNORECASE)
    for is_so, fault in (
        (_NO_VERSION.search(version), _NOT_ONE),
        (
            _WILDCARD.search(version),
            _NOT_ONE if is_of_pypi or is_of_conda else _NOT_ONE._replace(is_odd=True),
        ),
        (has_name, _NAMED),
        (is_of_conda and "-" in version, _DASHED),
        (not parse_listed(text, "", ecosystem), _WITHOUT_ORDER),
        (not has_number(text), _WORD),
        (is_of_pypi and (_REVISION.search(version) or ("-" in version and not _is_pypi(version))), _REVISED),
    ):
        if is_so:
            return fault
    return None


def has_number(text: str) -> bool:
    """Tell whether a version begins with a number; ``unstable`` can only be equal to another."""
    return _NUMBERED.match(_number_of(text)) is not None


def _number_of(text: str) -> str:
    """Return a version without the meaningless words around it."""
    text = text.strip()
    if before := _BEFORE.match(text):
        text = text[before.end() :]
    after = _AFTER.search(text)
    return text[: after.start()] if after and after.end() == len(text) else text


def _is_pypi(text: str) -> bool:
    try:
        PypiVersion(text)
    except InvalidVersion:
        return False
    return True


def _as_in_conda(text: str, ecosystem: str) -> str:
    if ecosystem.partition(":")[0] == PYPI:
        with contextlib.suppress(InvalidVersion):
            return str(PypiVersion(text))
    return text


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
    match = re.fullmatch(pattern, text)
    if not match:
        return text
    number, counter = match.groups()
    return f"{number}.post.{counter}" if counter else number


_UPSTREAMS: dict[str, Callable[[str], str]] = {
    "openssl": _openssl,
    "libopenssl-static": _openssl,
    "jpeg": _jpeg,
    "sudo": _sudo,
}
