"""What does a map of names say, in whichever format it is written?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from conda_census.errors import CensusError
from conda_census.vulnerabilities.input_fields import Field, FieldError
from conda_census.vulnerabilities.input_files import expect_content, read_input_files
from conda_census.vulnerabilities.names.name_entries import PYPI, MapRead, NameEntry, named
from conda_census.vulnerabilities.names.own_names import read_own_map

__all__ = ["read_map"]


def read_map(path: Path) -> MapRead:
    """The entries of a map. Its format is told by what stands in it.

    TOML is a map of the operator's own, YAML grayskull's ``config.yaml``, JSON with lists or nulls
    parselmouth's, and JSON with texts alone the flat map that parselmouth makes for grayskull.
    """
    if path.suffix.lower() == ".toml":
        return read_own_map(path)
    entries: list[NameEntry] = []
    problems: list[CensusError] = []
    for document in read_input_files([path]):
        try:
            content = expect_content(document)
            parse, fields = _format_of(content), list(content.pairs())
        except CensusError as problem:
            problems.append(problem)
            continue
        for key, field in fields:
            try:
                entries += parse(key, field, Path(content.file).name)
            except FieldError as problem:
                problems.append(problem)
    return MapRead(tuple(_together(entries)), tuple(problems))


_Parse = Callable[[str, Field, str], Iterable[NameEntry]]


def _format_of(whole: Field) -> _Parse:
    """What reads the entries of this map.

    Raises:
        FieldError: a value is of a type that no map has, so that this is something else.
    """
    fields = [field for _, field in whole.pairs()]
    kinds = {type(field.value) for field in fields}
    if kinds == {dict}:
        return _grayskull
    for field in fields:
        if not isinstance(field.value, str | list | None):
            raise field.wrong("does not say names, so that this is no map: name another file")
    return _flat if kinds == {str} else _parselmouth


def _parselmouth(conda_name: str, field: Field, map_name: str) -> Iterable[NameEntry]:
    if not _is_absent(field):
        yield named(conda_name, field.texts(), field, PYPI, "parselmouth", map_name)


def _flat(conda_name: str, field: Field, map_name: str) -> Iterable[NameEntry]:
    if not _is_absent(field):
        yield named(conda_name, [field.text()], field, PYPI, "flat", map_name)


def _grayskull(name: str, field: Field, map_name: str) -> Iterable[NameEntry]:
    # A few of its entries have the name of the import alone.
    if conda_name := field["conda_forge"].optional_text():
        yield named(conda_name, [name], field["conda_forge"], PYPI, "grayskull", map_name)


def _is_absent(field: Field) -> bool:
    """A word in angle brackets marks, in an extract, a name that the whole map does not have."""
    return isinstance(field.value, str) and field.value.startswith("<")


def _together(entries: Iterable[NameEntry]) -> Iterable[NameEntry]:
    """One entry for each conda name: grayskull's map has one for each name of PyPI."""
    found: dict[str, NameEntry] = {}
    for each in entries:
        known = found.get(each.conda_name, each)
        names = tuple(dict.fromkeys((*known.names, *each.names)))
        found[each.conda_name] = NameEntry(each.conda_name, each.ecosystem, names, each.format, each.map)
    return found.values()
