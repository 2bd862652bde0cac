"""Entries of a name map: the projects that a conda package carries."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from conda_census.errors import CensusError
from conda_census.vulnerabilities.input_fields import Field

__all__ = ["MAP_FORMATS", "PYPI", "MapFormat", "MapRead", "NameEntry", "canonicalize_name", "named"]

MapFormat = Literal["own", "shipped", "parselmouth", "flat", "grayskull"]

#: In order of precedence: written by hand for conda packages, extracted from all of them by a program, the
#: program's short form with one name each, written for packages of PyPI.
MAP_FORMATS: tuple[MapFormat, ...] = get_args(MapFormat)

PYPI = "PyPI"
_NAME = re.compile(r"[A-Za-z0-9_@](?:[A-Za-z0-9._/@+-]{0,213}[A-Za-z0-9_+])?")


@dataclass(frozen=True)
class NameEntry:
    """The entry of one map for one conda package.

    Attributes:
        ecosystem: its name in OSV, such as PyPI.
        names: the projects of that ecosystem that it carries: none, one, or several (it is then *bundled*).
        map: the name of the map's file.
    """

    conda_name: str
    ecosystem: str
    names: tuple[str, ...]
    format: MapFormat
    map: str


@dataclass(frozen=True)
class MapRead:
    """The entries of a map, and one error for each that was left out."""

    entries: tuple[NameEntry, ...] = ()
    problems: tuple[CensusError, ...] = ()


def canonicalize_name(ecosystem: str, name: str) -> str:
    """Return the name as it is compared: on PyPI as in PEP 503, elsewhere unchanged."""
    return re.sub(r"[-_.]+", "-", name).lower() if ecosystem == PYPI else name


def named(
    conda_name: str, names: Iterable[str], field: Field, ecosystem: str, map_format: MapFormat, map_name: str
) -> NameEntry:
    """Return the entry that a field makes.

    Raises:
        FieldError: a package cannot have one of the names.
    """
    given = tuple(names)
    for name in (conda_name, *given):
        if not _NAME.fullmatch(name):
            raise field.wrong(f"has {name!r}, which is no name of a package: correct it")
    normal = dict.fromkeys(canonicalize_name(ecosystem, name) for name in given)
    # Conda writes names of packages in lower case.
    return NameEntry(conda_name.lower(), ecosystem, tuple(normal), map_format, map_name)
