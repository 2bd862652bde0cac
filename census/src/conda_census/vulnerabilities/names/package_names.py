"""What is a conda package called elsewhere, and who says so? Never is it guessed because names look alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa

from conda_census.errors import CensusError
from conda_census.lake.references import NAMES
from conda_census.lake.schema import delta_schema
from conda_census.lake.store import Lake
from conda_census.vulnerabilities.names.name_entries import (
    MAP_FORMATS,
    PYPI,
    MapFormat,
    NameEntry,
    canonicalize_name,
)
from conda_census.vulnerabilities.names.name_maps import read_map
from conda_census.vulnerabilities.names.own_names import shipped_names

__all__ = ["ImportedNames", "MappingStatus", "NameMap", "import_names", "read_names"]

#: What the maps say of a conda package: it carries one distribution of PyPI, several, none, or they do not
#: know it.
MappingStatus = Literal["mapped", "bundled", "none", "unknown"]


class NameMap:
    """All maps together. Of what they say of one package in one ecosystem one counts (``MAP_FORMATS``)."""

    def __init__(self, entries: Iterable[NameEntry]) -> None:
        """Of two entries of the same format the later one counts."""
        counting: dict[tuple[str, str], NameEntry] = {}
        for each in entries:
            known = counting.get((each.conda_name, each.ecosystem), each)
            if MAP_FORMATS.index(each.format) <= MAP_FORMATS.index(known.format):
                counting[each.conda_name, each.ecosystem] = each
        self._entries = counting
        self._known = {conda_name for conda_name, _ in counting}
        self._carriers: dict[tuple[str, str], list[NameEntry]] = defaultdict(list)
        for each in counting.values():
            for name in each.names:
                self._carriers[each.ecosystem, name].append(each)

    @property
    def conda_names(self) -> Collection[str]:
        """The conda packages that some map knows, if only to say that they carry nothing."""
        return self._known

    def mapping_status(self, conda_name: str) -> MappingStatus:
        """What is known of a package; one known in another ecosystem alone carries nothing of PyPI."""
        entry = self._entries.get((conda_name, PYPI))
        if entry is None or not entry.names:
            return "none" if conda_name in self._known else "unknown"
        return "mapped" if len(entry.names) == 1 else "bundled"

    def entry(self, conda_name: str, ecosystem: str = PYPI) -> NameEntry | None:
        """The entry that counts for a package, with the map that it is from."""
        return self._entries.get((conda_name, ecosystem))

    def carriers(self, ecosystem: str, name: str) -> list[NameEntry]:
        """The conda packages that carry it, by their names: those that carry it alone, and bundles too."""
        # An ecosystem may have a suffix, such as a release of a distribution.
        found = self._carriers.get((ecosystem.partition(":")[0], canonicalize_name(ecosystem, name)), [])
        return sorted(found, key=lambda each: each.conda_name)


@dataclass(frozen=True)
class ImportedNames:
    """What became of the maps that were read.

    ``packages`` are the conda packages that they told of, ``known`` those that the lake and the shipped map
    tell of now; ``contradicted`` those of which two maps say something different, of which one counts.
    """

    packages: int
    known: int
    contradicted: tuple[str, ...]
    problems: tuple[CensusError, ...]


def import_names(lake: Lake, paths: Iterable[Path]) -> ImportedNames:
    """Read maps into the lake, each in place of the map of the same format and file name before.

    Raises:
        LakeError: the lake cannot be read or written.
    """
    read = [read_map(path) for path in paths]
    entries = [entry for each in read for entry in each.entries]
    with lake.changing_references():
        replaced = {(each.format, each.map) for each in entries}
        kept = [each for each in _stored(lake) if (each.format, each.map) not in replaced]
        if entries:
            lake.replace_reference(NAMES, _rows([*kept, *entries]))
    everything = [*shipped_names(), *kept, *entries]
    return ImportedNames(
        packages=len({each.conda_name for each in entries}),
        known=len({each.conda_name for each in everything}),
        contradicted=tuple(_contradicted(everything, {each.conda_name for each in entries})),
        problems=tuple(problem for each in read for problem in each.problems),
    )


def read_names(lake: Lake) -> NameMap:
    """The maps of the lake, and the one that is part of the census.

    Raises:
        LakeError: the lake cannot be read.
    """
    return NameMap([*shipped_names(), *_stored(lake)])


def _contradicted(entries: Iterable[NameEntry], told: set[str]) -> list[str]:
    said: dict[tuple[str, str], set[frozenset[str]]] = defaultdict(set)
    for each in entries:
        if each.conda_name in told:
            said[each.conda_name, each.ecosystem].add(frozenset(each.names))
    return sorted({conda_name for (conda_name, _), names in said.items() if len(names) > 1})


def _stored(lake: Lake) -> list[NameEntry]:
    """In the order of their imports, in which the rows were written."""
    found: dict[tuple[int, str, str], list[str]] = defaultdict(list)
    formats: dict[tuple[int, str, str], tuple[MapFormat, str]] = {}
    for row in lake.reference(NAMES).to_pylist():
        key = (row["imported"], row["conda_name"], row["ecosystem"])
        found[key] += [row["name"]] if row["name"] else []
        formats[key] = (next(each for each in MAP_FORMATS if each == row["format"]), row["map"])
    return [
        NameEntry(conda_name.lower(), ecosystem, tuple(names), *formats[number, conda_name, ecosystem])
        for (number, conda_name, ecosystem), names in sorted(found.items())
    ]


def _rows(entries: Iterable[NameEntry]) -> pa.Table:
    numbers: dict[tuple[str, str], int] = {}
    rows = [
        {
            "conda_name": each.conda_name,
            "ecosystem": each.ecosystem,
            "name": name,
            "format": each.format,
            "map": each.map,
            "imported": numbers.setdefault((each.format, each.map), len(numbers)),
        }
        for each in entries
        for name in each.names or (None,)
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema(delta_schema(NAMES).to_arrow()))
