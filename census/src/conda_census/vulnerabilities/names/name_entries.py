"""What can a map say of one conda package?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from conda_census.errors import CensusError
from conda_census.vulnerabilities.input_fields import Field

__all__ = ["MAP_FORMATS", "PYPI", "MapFormat", "MapRead", "NameEntry", "canonicalize_name", "named"]

MapFormat = Literal["own", "shipped", "parselmouth", "flat", "grayskull"]

#: Whose word counts first: what was written by hand for conda packages, then what a program found in all of
#: them, then its short form of one name each, then what is written for PyPI's packages.
MAP_FORMATS: tuple[MapFormat, ...] = get_args(MapFormat)

PYPI = "PyPI"
_NAME = re.compile(r"[A-Za-z0-9_@](?:[A-Za-z0-9._/@+-]{0,213}[A-Za-z0-9_+])?")


@dataclass(frozen=True)
class NameEntry:
    """What one map says of one conda package.

    Attributes:
        ecosystem: as OSV names it, such as PyPI.
        names: what it carries of that ecosystem: nothing, one, or several (then it is *bundled*).
        map: the name of the map's file.
    """

    conda_name: str
    ecosystem: str
    names: tuple[str, ...]
    format: MapFormat
    map: str


@dataclass(frozen=True)
class MapRead:
    """The entries of a map, and what is wrong with those that were left out."""

    entries: tuple[NameEntry, ...] = ()
    problems: tuple[CensusError, ...] = ()


def canonicalize_name(ecosystem: str, name: str) -> str:
    """The name as it is compared: on PyPI as PEP 503 has it, elsewhere as it is written."""
    return re.sub(r"[-_.]+", "-", name).lower() if ecosystem == PYPI else name


def named(
    conda_name: str, names: Iterable[str], field: Field, ecosystem: str, map_format: MapFormat, map_name: str
) -> NameEntry:
    """The entry that a field makes.

    Raises:
        FieldError: a name is none that a package may have.
    """
    each = tuple(names)
    for name in (conda_name, *each):
        if not _NAME.fullmatch(name):
            raise field.wrong(f"has {name!r}, which is no name of a package: correct it")
    normal = dict.fromkeys(canonicalize_name(ecosystem, name) for name in each)
    # Conda writes names of packages in lower case.
    return NameEntry(conda_name.lower(), ecosystem, tuple(normal), map_format, map_name)
