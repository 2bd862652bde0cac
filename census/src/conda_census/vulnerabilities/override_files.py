"""How do statements about builds come into a lake, and out of it?"""

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
    """Read statements in OpenVEX, and those of ``info/security.json``, into the lake.

    Of two about the same builds and the same advisory the later one counts.

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
                advisory = _known(statement["vulnerability"] or statement, ids)
                read += [replace(each, advisory=advisory) for each in overrides()]
            except CensusError as problem:
                problems.append(problem)
    with lake.changing_references():
        merged = latest(list_overrides(lake), read, _about, attrgetter("said_at"))
        if merged.new or merged.updated:
            store_overrides(lake, merged.all)
    return merged.imported(len(read), problems)


def export_overrides(lake: Lake, path: Path, issued: datetime) -> int:
    """Write what the lake holds as OpenVEX, and say how many statements that are.

    Raises:
        CensusError: there are none, of which OpenVEX has no document.
        OSError: the file cannot be written.
    """
    overrides = list_overrides(lake)
    if not overrides:
        raise CensusError(f"{lake.path}: holds no overrides: import some first")
    aliases = {name: set(group.ids) - {name} for group in read_advisories(lake) for name in group.ids}
    replace_file(path, openvex_document(overrides, aliases, issued).encode())
    return len(overrides)


def _is_wanted(path: Path) -> bool:
    """Of what conda puts into the folder ``info`` of a package, the one file alone."""
    return path.name == "security.json" or "info" not in (folder.name for folder in path.parents)


def _statements(content: Field) -> Iterator[tuple[Field, Callable[[], list[Override]]]]:
    """Each statement, and what makes overrides of it."""
    if is_openvex(content):
        for statement in content["statements"].items():
            yield statement, partial(statement_overrides, content, statement)
    elif is_info_security(content):
        index = index_beside(content)
        for name, entry in listed(content):
            yield entry, partial(listed_overrides, index, name, entry)
    else:
        raise CensusError(f"{content.file}: neither OpenVEX nor a conda package's info/security.json")


def _known(vulnerability: Field, ids: Collection[str]) -> str:
    """The id of an advisory of the lake: what the statement calls it, or an alias that OpenVEX has of it."""
    name = vulnerability["name"] or vulnerability["id"]
    known = [each for each in (name.text(), *vulnerability["aliases"].texts()) if each in ids]
    if not known:
        raise name.wrong(f"is {name.text()}, an advisory that the lake does not have: import it first")
    return known[0]


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
