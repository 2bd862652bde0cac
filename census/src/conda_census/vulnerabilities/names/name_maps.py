"""Reader of name maps in all formats."""

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
    """Read the entries of a map. Its content shows its format.

    TOML is a map of the operator's own, YAML grayskull's ``config.yaml``, JSON with lists or nulls
    parselmouth's, and JSON with only texts the flat map that parselmouth makes for grayskull.
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
    """Return the parser of the entries of this map.

    Raises:
        FieldError: a value has a type that occurs in no map.
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
    # A few of its entries have only the name of the import.
    if conda_name := field["conda_forge"].optional_text():
        yield named(conda_name, [name], field["conda_forge"], PYPI, "grayskull", map_name)


def _is_absent(field: Field) -> bool:
    """Tell whether a name is missing in the whole map: an extract marks it by a word in angle brackets."""
    return isinstance(field.value, str) and field.value.startswith("<")


def _together(entries: Iterable[NameEntry]) -> Iterable[NameEntry]:
    """One entry for each conda name: grayskull's map has one for each name of PyPI."""
    together: dict[str, NameEntry] = {}
    for entry in entries:
        earlier = together.get(entry.conda_name, entry)
        names = tuple(dict.fromkeys((*earlier.names, *entry.names)))
        together[entry.conda_name] = NameEntry(
            entry.conda_name, entry.ecosystem, names, entry.format, entry.map
        )
    return together.values()
