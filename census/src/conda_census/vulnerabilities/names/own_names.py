"""Name maps in TOML: the operator's own, and the small one that is shipped with the census."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from conda_census.errors import CensusError
from conda_census.vulnerabilities.input_fields import Field, FieldError
from conda_census.vulnerabilities.names.name_entries import MapFormat, MapRead, NameEntry, named

__all__ = ["read_own_map", "shipped_names"]

_SAME_AS = "same-as"


def read_own_map(path: Path) -> MapRead:
    """Read the entries of a map in TOML.

    ``[PyPI]`` and each other ecosystem has ``conda-name = "name"``, a list where the package carries several
    and an empty one where it carries none; ``[same-as]`` has ``conda-name = "other-conda-name"``, of which
    all holds that the map says of the other one.
    """
    return _read(path, str(path), "own")


def shipped_names() -> tuple[NameEntry, ...]:
    """Return the entries of the map that is shipped with the census."""
    return _read(
        files("conda_census.vulnerabilities.names") / "shipped_names.toml", "shipped map", "shipped"
    ).entries


def _read(path: Path | Traversable, place: str, map_format: MapFormat) -> MapRead:
    try:
        whole = Field(tomllib.loads(path.read_text(encoding="utf-8")), place)
    except OSError as error:
        return MapRead(problems=(CensusError(f"{place}: cannot be read ({error.strerror}): check the path"),))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return MapRead(problems=(CensusError(f"{place}: not TOML: {error}: correct that line"),))
    entries: list[NameEntry] = []
    problems: list[CensusError] = []
    for ecosystem, table in whole.pairs():
        if ecosystem == _SAME_AS:
            continue
        try:
            for conda_name, field in table.pairs():
                try:
                    names = [field.text()] if isinstance(field.value, str) else field.texts()
                    entries.append(named(conda_name, names, field, ecosystem, map_format, path.name))
                except FieldError as problem:
                    problems.append(problem)
        except FieldError as problem:
            problems.append(problem)
    same = _same_as(whole[_SAME_AS], entries)
    return MapRead((*entries, *same.entries), (*problems, *same.problems))


def _same_as(table: Field, entries: list[NameEntry]) -> MapRead:
    if not table:
        return MapRead()
    resolved: list[NameEntry] = []
    problems: list[CensusError] = []
    try:
        others = {name: (field, field.text()) for name, field in table.pairs()}
    except FieldError as problem:
        return MapRead(problems=(problem,))
    ways = {name: other for name, (_, other) in others.items()}
    for name, (field, _) in others.items():
        try:
            last = _last(name, ways, field)
            same = [entry for entry in entries if entry.conda_name == last]
            if not same:
                raise field.wrong(f"leads to {last}, of which this map says nothing: say it there")
            if any(entry.conda_name == name for entry in entries):
                raise field.wrong("contradicts what the map says of it elsewhere: leave one out")
            resolved += [
                named(name, entry.names, field, entry.ecosystem, entry.format, entry.map) for entry in same
            ]
        except FieldError as problem:
            problems.append(problem)
    return MapRead(tuple(resolved), tuple(problems))


def _last(name: str, ways: dict[str, str], field: Field) -> str:
    """Return the last name of the chain that begins with this one."""
    passed = [name]
    while (name := ways.get(passed[-1], "")) not in passed:
        if not name:
            return passed[-1]
        passed.append(name)
    raise field.wrong(f"leads in a circle, {' to '.join([*passed, name])}: say of one what it carries")
