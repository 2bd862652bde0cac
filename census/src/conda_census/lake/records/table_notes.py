"""Record of the identity of this lake's tables, and of a version of each.

A table from another lake or from a backup that replaced one of the lake's own may have the rows that the
totals require, or bring its own totals. So ``tables.json`` of the lake has the id that Delta gave to each
table, and a version that the table once had and never falls behind. It is written at the end of each run of
ingest and of each repair.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from deltalake import DeltaTable

from conda_census.atomic_files import replace_durably
from conda_census.errors import DamagedFileError, LakeError
from conda_census.lake.delta_log import are_alike
from conda_census.lake.schema import TABLES, TableName
from conda_census.lake.store import Lake

__all__ = [
    "TABLE_NOTES",
    "TableNote",
    "forget_versions",
    "note_tables",
    "noted_tables",
]

TABLE_NOTES = "tables.json"
_BYTES_MAX = 1 << 16
_LETTERS = 2


@dataclass(frozen=True)
class TableNote:
    """The record of a table."""

    id: str
    version: int

    def is_of(self, table: DeltaTable) -> bool:
        """Return whether the table is the recorded one, in any version."""
        # Nearly all letters of two ids made by Delta differ: here a letter is damaged.
        return are_alike(str(table.metadata().id), self.id, _LETTERS)

    def is_newer_than(self, table: DeltaTable) -> bool:
        """Return whether the recorded version is newer than the table."""
        return self.version > table.version()


def noted_tables(lake: Path) -> dict[TableName, TableNote]:
    """Return the record of each table; nothing for a lake that only an earlier version wrote to.

    Raises:
        LakeError: the note is damaged or cannot be read.
    """
    place = lake / TABLE_NOTES
    try:
        with place.open("rb") as file:
            content = dict(json.loads(file.read(_BYTES_MAX)).items())
        return {
            table.name: TableNote(str(content[table.name]["id"]), int(content[table.name]["version"]))
            for table in TABLES
            if table.name in content
        }
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise LakeError(f"{place}: cannot be read ({error.strerror}): give access to it") from None
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        raise DamagedFileError(place, "run conda-census repair") from None


def note_tables(lake: Lake) -> None:
    """Record the tables as they are now, after they were checked.

    Raises:
        LakeError: a table cannot be read.
        OSError: the note cannot be written.
    """
    noted = noted_tables(lake.path)
    now = {table.name: lake.table(table.name) for table in TABLES if not lake.lacks(table.name)}
    notes = {name: TableNote(str(table.metadata().id), table.version()) for name, table in now.items()}
    if notes != noted:
        _write(lake, notes)


def forget_versions(lake: Lake, names: Iterable[TableName]) -> None:
    """Allow any version of these tables: their logs are going to be rewritten.

    Raises:
        LakeError: the note is damaged.
        OSError: it cannot be written.
    """
    noted, names = noted_tables(lake.path), set(names)
    _write(
        lake,
        {name: TableNote(note.id, -1 if name in names else note.version) for name, note in noted.items()},
    )


def _write(lake: Lake, notes: Mapping[TableName, TableNote]) -> None:
    content = {name: {"id": note.id, "version": note.version} for name, note in notes.items()}
    with lake.private():
        replace_durably(lake.path / TABLE_NOTES, json.dumps(content).encode())
