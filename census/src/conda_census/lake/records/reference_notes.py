"""Record of the version and the files of each reference table, to detect a damaged one.

Delta reads a table whose last commit is lost as the version before. So ``references.json`` of the lake has
the last version, the digests of its files, and the id that Delta gave to the table. It is written after the
version, so a newer version with the same id is whole too: the import that wrote it was killed before it wrote
the record. A version with another id is a table of another lake.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from deltalake import DeltaTable

from conda_census.atomic_files import replace_durably
from conda_census.errors import LakeError
from conda_census.lake.delta_log import has_commits
from conda_census.lake.file_names import digest_of

__all__ = ["REFERENCE_NOTES", "expect_as_noted", "forget_note", "note_version"]

REFERENCE_NOTES = "references.json"


def note_version(lake: Path, name: str) -> None:
    """Record the current version of a reference table.

    Raises:
        OSError: a file cannot be read or written.
        DeltaError: the table cannot be read.
    """
    table = DeltaTable(str(lake / name))
    digests = {path: digest_of(lake / name / path) for path in _paths(table)}
    try:
        notes = _notes(lake)
    except LakeError:
        notes = {}  # a damaged record is of no use
    note = {"version": table.version(), "digests": digests, "id": str(table.metadata().id)}
    _write(lake, notes | {name: note})


def expect_as_noted(lake: Path, name: str) -> None:
    """Check that the table is as recorded, or newer.

    Raises:
        LakeError: it is not, or the record is damaged.
        OSError: a file cannot be read.
        DeltaError: the table cannot be read.
    """
    noted = _notes(lake).get(name)
    if noted is None:
        return
    if has_commits(lake / name):
        table = DeltaTable(str(lake / name))
        version, digests, table_id = _said(noted, lake)
        is_own = table_id in (None, str(table.metadata().id))
        if is_own and table.version() > version:
            return
        is_same = is_own and table.version() == version and set(digests) == set(_paths(table))
        if is_same and all(digest_of(lake / name / path) == digest for path, digest in digests.items()):
            return
    raise LakeError(
        f"{lake / name}: damaged: it is not what was imported last: run conda-census repair, "
        "and import it again"
    )


def forget_note(lake: Path, name: str) -> None:
    """Remove the record of a table that is gone.

    Raises:
        OSError: the record cannot be written.
    """
    try:
        notes = _notes(lake)
    except LakeError:
        notes = {}
    _write(lake, {each: note for each, note in notes.items() if each != name})


def _write(lake: Path, notes: dict[str, Any]) -> None:
    replace_durably(lake / REFERENCE_NOTES, json.dumps(notes).encode())


def _notes(lake: Path) -> dict[str, Any]:
    place = lake / REFERENCE_NOTES
    try:
        notes = json.loads(place.read_text())
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise LakeError(f"{place}: cannot be read ({error.strerror}): give access to it") from None
    except (ValueError, RecursionError):
        notes = None
    if not isinstance(notes, dict):
        raise _damaged(lake)
    return notes


def _said(noted: object, lake: Path) -> tuple[int, dict[str, str], str | None]:
    """Return the version, the digests, and the id, which an earlier version did not record."""
    try:
        content: Any = noted
        digests = {str(path): str(digest) for path, digest in content["digests"].items()}
        return int(content["version"]), digests, content.get("id")
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        raise _damaged(lake) from None


def _damaged(lake: Path) -> LakeError:
    return LakeError(f"{lake / REFERENCE_NOTES}: damaged: run conda-census repair, and import again")


def _paths(table: DeltaTable) -> list[str]:
    return [Path(uri).name for uri in table.file_uris()]
