"""Input files with records, maps and statements: JSON, YAML, zips of them, and folders."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import yaml

from conda_census.errors import CensusError, first_line
from conda_census.vulnerabilities.input_fields import Field

__all__ = ["expect_content", "read_input_files"]

# curl publishes JSON under the second name.
_JSON = (".json", ".json.in")
_YAML = (".yaml", ".yml")
#: No advisory, map or statement is larger; a zip that unpacks to more is no zip of these.
_LARGEST_BYTES = 256 << 20
_NULL = "tag:yaml.org,2002:null"


class _Loader(yaml.CSafeLoader):
    """YAML whose dates stay texts, and whose version 1.10 does not become the number 1.1."""

    yaml_implicit_resolvers = {  # noqa: RUF012  as PyYAML has it
        letter: [(tag, pattern) for tag, pattern in resolvers if tag == _NULL]
        for letter, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


def read_input_files(
    paths: Iterable[Path], is_wanted: Callable[[Path], bool] = bool
) -> Iterator[Field | CensusError]:
    """Read files, and folders with all below them; yield an error in place of a file that cannot be read.

    Args:
        paths: files and folders.
        is_wanted: tells which files of a folder are read; a file that is named itself is always read.
    """
    for path in paths:
        if not path.is_dir():
            yield from _read(path)
            continue
        files = [file for file in sorted(path.rglob("*")) if _is_readable(file) and is_wanted(file)]
        if not files:
            yield CensusError(f"{path}: no JSON, YAML or zip in this folder: name one that holds some")
        for file in files:
            yield from _read(file)


def expect_content(document: Field | CensusError) -> Field:
    """Return the content of a file.

    Raises:
        CensusError: it could not be read.
    """
    if isinstance(document, CensusError):
        raise document
    return document


def _is_readable(path: Path) -> bool:
    return path.is_file() and path.name.lower().endswith((*_JSON, *_YAML, ".zip"))


def _read(path: Path) -> Iterator[Field | CensusError]:
    try:
        if path.name.lower().endswith(".zip"):
            yield from _unzipped(path)
        else:
            yield _parsed(path.read_bytes(), str(path))
    except OSError as error:
        yield CensusError(f"{path}: cannot be read ({error.strerror}): check the path")


def _unzipped(path: Path) -> Iterator[Field | CensusError]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if _named(member.filename) is not None]
            if not members:
                yield CensusError(f"{path}: no JSON or YAML in this zip: name one that holds some")
            for member in members:
                place = f"{path}/{member.filename}"
                if member.file_size > _LARGEST_BYTES:
                    yield _too_large(place)
                else:
                    yield _parsed(archive.read(member), place)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError):
        yield CensusError(f"{path}: a damaged or encrypted zip: fetch the file again")


def _named(name: str) -> tuple[str, ...] | None:
    """Return the suffixes of JSON or of YAML, whichever the file has; None if it has neither."""
    return next((kind for kind in (_JSON, _YAML) if name.lower().endswith(kind)), None)


def _parsed(content: bytes, place: str) -> Field | CensusError:
    kind = _named(place)
    if kind is None:
        return CensusError(f"{place}: neither JSON, YAML nor a zip of them: name such a file")
    if len(content) > _LARGEST_BYTES:
        return _too_large(place)
    try:
        return Field(_from_json(content) if kind is _JSON else _from_yaml(content), place)
    except _RepeatedKeyError as error:
        return CensusError(f"{place}: {error} stands there twice: leave one out")
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        name = "JSON" if kind is _JSON else "YAML"
        return CensusError(f"{place}: not {name} ({_where(error)}): correct that place")


def _from_json(content: bytes) -> object:
    return json.loads(content, object_pairs_hook=_without_repeats)


def _from_yaml(content: bytes) -> object:
    value: object = yaml.load(content, Loader=_Loader)  # noqa: S506  it is a safe one
    _expect_tree(value, set())
    return value


def _expect_tree(value: object, visited: set[int]) -> None:
    """Refuse references to other places: a few lines of them may be gigabytes when written out."""
    if not isinstance(value, dict | list):
        return
    if id(value) in visited:
        raise ValueError("a reference to another place")
    visited.add(id(value))
    for child in value.values() if isinstance(value, dict) else value:
        _expect_tree(child, visited)


class _RepeatedKeyError(Exception):
    """A key that occurs twice in a table, with two values."""


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    table: dict[str, object] = {}
    for key, value in pairs:
        if table.get(key, value) != value:
            raise _RepeatedKeyError(key)
        table[key] = value
    return table


def _too_large(place: str) -> CensusError:
    return CensusError(f"{place}: larger than {_LARGEST_BYTES >> 20} MiB: no such file is")


def _where(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"line {mark.line + 1}" if mark else first_line(error)
