"""Import and export of statements about builds: OpenVEX and ``info/security.json``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from operator import attrgetter
from pathlib import Path

from conda_census.atomic_files import replace_file
from conda_census.errors import CensusError
from conda_census.lake.store import Lake
from conda_census.vulnerabilities.advisory_import import read_advisories
from conda_census.vulnerabilities.info_security import (
    index_beside,
    is_info_security,
    listed,
    listed_overrides,
)
from conda_census.vulnerabilities.input_fields import Field
from conda_census.vulnerabilities.input_files import expect_content, read_input_files
from conda_census.vulnerabilities.latest_records import Imported, latest
from conda_census.vulnerabilities.openvex import is_openvex, openvex_document, statement_overrides
from conda_census.vulnerabilities.overrides import Override, list_overrides, store_overrides

__all__ = ["export_overrides", "import_overrides"]


def import_overrides(lake: Lake, paths: Iterable[Path]) -> Imported:
    """Import statements of OpenVEX and of ``info/security.json`` into the lake.

    Of two statements about the same builds and advisory the later one counts.

    Raises:
        LakeError: the lake cannot be read or written.
    """
    ids = frozenset(name for group in read_advisories(lake) for name in group.ids)
    read: list[Override] = []
    problems: list[CensusError] = []
    for document in read_input_files(paths, _is_wanted):
        try:
            statements = list(_statements(expect_content(document)))
        except CensusError as problem:
            problems.append(problem)
            continue
        for statement, overrides in statements:
            try:
                advisory = _advisory_id(statement["vulnerability"] or statement, ids)
                read += [replace(override, advisory=advisory) for override in overrides()]
            except CensusError as problem:
                problems.append(problem)
    with lake.changing_references():
        merged = latest(list_overrides(lake), read, _about, attrgetter("said_at"))
        if merged.new or merged.updated:
            store_overrides(lake, merged.all)
    return merged.imported(len(read), problems)


def export_overrides(lake: Lake, path: Path, issued: datetime) -> int:
    """Write the statements of the lake as OpenVEX, and return their number.

    Raises:
        CensusError: the lake has no statements, and OpenVEX allows no empty document.
        OSError: the file cannot be written.
    """
    overrides = list_overrides(lake)
    if not overrides:
        raise CensusError(f"{lake.path}: holds no overrides: import some first")
    aliases = {name: set(group.ids) - {name} for group in read_advisories(lake) for name in group.ids}
    replace_file(path, openvex_document(overrides, aliases, issued).encode())
    return len(overrides)


def _is_wanted(path: Path) -> bool:
    """Tell whether a file is read: of the folder ``info`` of a package only ``security.json``."""
    return path.name == "security.json" or "info" not in (folder.name for folder in path.parents)


def _statements(content: Field) -> Iterator[tuple[Field, Callable[[], list[Override]]]]:
    """Yield each statement, with a function that makes overrides of it."""
    if is_openvex(content):
        for statement in content["statements"].items():
            yield statement, partial(statement_overrides, content, statement)
    elif is_info_security(content):
        index = index_beside(content)
        for name, entry in listed(content):
            yield entry, partial(listed_overrides, index, name, entry)
    else:
        raise CensusError(f"{content.file}: neither OpenVEX nor a conda package's info/security.json")


def _advisory_id(vulnerability: Field, ids: Collection[str]) -> str:
    """Return the id of the advisory in the lake: the name in the statement, or one of its aliases."""
    name = vulnerability["name"] or vulnerability["id"]
    identifiers = [
        identifier for identifier in (name.text(), *vulnerability["aliases"].texts()) if identifier in ids
    ]
    if not identifiers:
        raise name.wrong(f"is {name.text()}, an advisory that the lake does not have: import it first")
    return identifiers[0]


def _about(override: Override) -> tuple[object, ...]:
    return (
        override.advisory,
        override.conda_name,
        override.version,
        override.build,
        override.from_build_number,
        override.subdir,
        override.channel,
    )
