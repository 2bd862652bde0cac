"""Names of conda packages in other ecosystems, by maps: never guessed from similar names."""

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

#: By the maps, a conda package carries one distribution of PyPI, several, or none; or no map has it.
MappingStatus = Literal["mapped", "bundled", "none", "unknown"]


class NameMap:
    """All maps together. One entry counts for each package and ecosystem, by ``MAP_FORMATS``."""

    def __init__(self, entries: Iterable[NameEntry]) -> None:
        """Of two entries of the same format the later one counts."""
        counting: dict[tuple[str, str], NameEntry] = {}
        for entry in entries:
            earlier = counting.get((entry.conda_name, entry.ecosystem), entry)
            if MAP_FORMATS.index(entry.format) <= MAP_FORMATS.index(earlier.format):
                counting[entry.conda_name, entry.ecosystem] = entry
        self._entries = counting
        self._known = {conda_name for conda_name, _ in counting}
        self._carriers: dict[tuple[str, str], list[NameEntry]] = defaultdict(list)
        for entry in counting.values():
            for name in entry.names:
                self._carriers[entry.ecosystem, name].append(entry)

    @property
    def conda_names(self) -> Collection[str]:
        """The conda packages in any map, also those that carry nothing."""
        return self._known

    def mapping_status(self, conda_name: str) -> MappingStatus:
        """Return the mapping status of a package; one only in another ecosystem carries nothing of PyPI."""
        entry = self._entries.get((conda_name, PYPI))
        if entry is None or not entry.names:
            return "none" if conda_name in self._known else "unknown"
        return "mapped" if len(entry.names) == 1 else "bundled"

    def entry(self, conda_name: str, ecosystem: str = PYPI) -> NameEntry | None:
        """Return the entry that counts for a package, with its map; None if no map has it."""
        return self._entries.get((conda_name, ecosystem))

    def carriers(self, ecosystem: str, name: str) -> list[NameEntry]:
        """Return the entries of conda packages that carry a project, bundles too, sorted by name."""
        # An ecosystem may have a suffix, such as a release of a distribution.
        entries = self._carriers.get((ecosystem.partition(":")[0], canonicalize_name(ecosystem, name)), [])
        return sorted(entries, key=lambda entry: entry.conda_name)


@dataclass(frozen=True)
class ImportedNames:
    """Result of an import.

    Attributes:
        packages: the number of conda packages in the imported maps.
        known: the number of conda packages in the lake and the shipped map now.
        contradicted: conda packages for which two maps differ; one of them counts.
        problems: one error for each entry that was left out and each map that could not be read.
    """

    packages: int
    known: int
    contradicted: tuple[str, ...]
    problems: tuple[CensusError, ...]


def import_names(lake: Lake, paths: Iterable[Path]) -> ImportedNames:
    """Import maps into the lake; each replaces the earlier map with the same format and file name.

    Raises:
        LakeError: the lake cannot be read or written.
    """
    read = [read_map(path) for path in paths]
    entries = [entry for map_read in read for entry in map_read.entries]
    with lake.changing_references():
        replaced = {(entry.format, entry.map) for entry in entries}
        kept = [entry for entry in _stored(lake) if (entry.format, entry.map) not in replaced]
        if entries:
            lake.replace_reference(NAMES, _rows([*kept, *entries]))
    everything = [*shipped_names(), *kept, *entries]
    return ImportedNames(
        packages=len({entry.conda_name for entry in entries}),
        known=len({entry.conda_name for entry in everything}),
        contradicted=tuple(_contradicted(everything, {entry.conda_name for entry in entries})),
        problems=tuple(problem for map_read in read for problem in map_read.problems),
    )


def read_names(lake: Lake) -> NameMap:
    """Read the maps of the lake and the one that is shipped with the census.

    Raises:
        LakeError: the lake cannot be read.
    """
    return NameMap([*shipped_names(), *_stored(lake)])


def _contradicted(entries: Iterable[NameEntry], of_import: set[str]) -> list[str]:
    names_by_package: dict[tuple[str, str], set[frozenset[str]]] = defaultdict(set)
    for entry in entries:
        if entry.conda_name in of_import:
            names_by_package[entry.conda_name, entry.ecosystem].add(frozenset(entry.names))
    return sorted({conda_name for (conda_name, _), names in names_by_package.items() if len(names) > 1})


def _stored(lake: Lake) -> list[NameEntry]:
    """Return the entries in the order of their imports."""
    names_by_key: dict[tuple[int, str, str], list[str]] = defaultdict(list)
    formats: dict[tuple[int, str, str], tuple[MapFormat, str]] = {}
    for row in lake.reference(NAMES).to_pylist():
        key = (row["imported"], row["conda_name"], row["ecosystem"])
        names_by_key[key] += [row["name"]] if row["name"] else []
        formats[key] = (
            next(map_format for map_format in MAP_FORMATS if map_format == row["format"]),
            row["map"],
        )
    return [
        NameEntry(conda_name.lower(), ecosystem, tuple(names), *formats[imported, conda_name, ecosystem])
        for (imported, conda_name, ecosystem), names in sorted(names_by_key.items())
    ]


def _rows(entries: Iterable[NameEntry]) -> pa.Table:
    numbers: dict[tuple[str, str], int] = {}
    rows = [
        {
            "conda_name": entry.conda_name,
            "ecosystem": entry.ecosystem,
            "name": name,
            "format": entry.format,
            "map": entry.map,
            "imported": numbers.setdefault((entry.format, entry.map), len(numbers)),
        }
        for entry in entries
        for name in entry.names or (None,)
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema(delta_schema(NAMES).to_arrow()))
