"""What stands in the files that a person names: JSON, YAML, a zip of either, and folders of them?"""

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
        letter: [(tag, pattern) for tag, pattern in known if tag == _NULL]
        for letter, known in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


def read_input_files(
    paths: Iterable[Path], is_wanted: Callable[[Path], bool] = bool
) -> Iterator[Field | CensusError]:
    """What each file holds, folders with all below them; what cannot be read is told in its place.

    Args:
        paths: files and folders.
        is_wanted: of the files in a folder, those that are read.
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
    """What a file held.

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
            members = [each for each in archive.infolist() if _named(each.filename) is not None]
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
    """Which of the two a file's name says that it is."""
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
    found: object = yaml.load(content, Loader=_Loader)  # noqa: S506  it is a safe one
    _expect_tree(found, set())
    return found


def _expect_tree(value: object, seen: set[int]) -> None:
    """Nothing stands in two places: a few lines with references may be gigabytes when written out."""
    if not isinstance(value, dict | list):
        return
    if id(value) in seen:
        raise ValueError("a reference to another place")
    seen.add(id(value))
    for each in value.values() if isinstance(value, dict) else value:
        _expect_tree(each, seen)


class _RepeatedKeyError(Exception):
    """A key that a table has twice, with two values."""


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if found.get(key, value) != value:
            raise _RepeatedKeyError(key)
        found[key] = value
    return found


def _too_large(place: str) -> CensusError:
    return CensusError(f"{place}: larger than {_LARGEST_BYTES >> 20} MiB: no such file is")


def _where(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"line {mark.line + 1}" if mark else first_line(error)
