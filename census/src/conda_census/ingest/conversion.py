"""Conversion of a lake of an earlier version.

A lake of version 1 holds the tokens that administrators set (``o/``, ``i/``, ``m/``) in clear. The conversion
replaces them with pseudonyms. It rewrites the rows of downloads anyway, so it also names their channels and
numbers their builds by the current rules: a channel of an old lake may hold a secret.

1. The staged rows of batches are converted in place, one file after the other.
2. For each table, new files are written beside the old ones, and one commit replaces the old files.
3. The old files are deleted together with the history that names them.
4. ``lake.json`` is set to the current version.

If the process is killed at any point, the lake stays readable and the conversion resumes. A file is rewritten
one row group at a time, so memory stays bounded whatever the size of the lake.
"""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from deltalake.exceptions import DeltaError
from filelock import FileLock, Timeout

from conda_census.atomic_files import replace_durably, sync, sync_folder
from conda_census.config import LAKE_MANIFEST
from conda_census.decode.artifacts import DESCRIBE_PATH_SQL
from conda_census.decode.build_numbers import build_number_sql
from conda_census.decode.channels import OTHER_CHANNEL
from conda_census.decode.kept_texts import kept_name_sql, kept_version_sql
from conda_census.decode.pseudonyms import Secrets, tokens_sql
from conda_census.errors import LakeError, first_line
from conda_census.lake.batches import names_in_manifest
from conda_census.lake.compaction import delete_all_old
from conda_census.lake.file_names import name_of_rewritten
from conda_census.lake.parquet_files import rows_writer
from conda_census.lake.schema import LAKE_VERSION, TableName
from conda_census.lake.store import Lake
from conda_census.steps import Steps, say_nothing

__all__ = ["converted"]

#: Maximum wait for another process that converts or compacts the lake.
_TIMEOUT_S = 60
#: Kind of token in each column.
_KINDS = {"organizations": "o", "installers": "i", "machines": "m"}
_VERSIONS = (
    *("tool_version", "python_version", "os_version", "distro_version", "libc_version", "solver_version"),
    "plugin_version",
)
#: Columns to rewrite in each table, as SQL over the columns of the old files. To rewrite another column, such
#: as the build number of a download, add a line here.
_NEW_COLUMNS: dict[TableName, dict[str, str]] = {
    "sessions": {
        "organizations": tokens_sql("organizations", "o"),
        "installers": tokens_sql("installers", "i"),
        "machines": f"if(getvariable('keep_machines'), {tokens_sql('machines', 'm')}, [])",
        **{version: kept_version_sql(version) for version in _VERSIONS},
        **{name: kept_name_sql(name, name) for name in ("distro", "solver")},
    },
    "downloads": {
        "organizations": tokens_sql("organizations", "o"),
        "channel": "getvariable('channels')[channel]",
        "build_number": build_number_sql("build"),
    },
}
#: Path of a package used to find the current name of each old channel. If the path yields no package, the
#: current rules refuse the channel.
_PACKAGE = "/noarch/a-0-0.conda"
_CHANNELS = f"""
    SET VARIABLE channels = (
        WITH paths AS (SELECT DISTINCT channel || '{_PACKAGE}' AS path FROM old_rows)
        SELECT coalesce(
            map_from_entries(list((left(path, -{len(_PACKAGE)}), coalesce(channel, '{OTHER_CHANNEL}')))),
            MAP {{}}::MAP(VARCHAR, VARCHAR)
        )
        FROM ({DESCRIBE_PATH_SQL})
    )
"""
#: A fixed value. The same old file always gets the same new name, so that a killed conversion can resume.
_NAMES = uuid.UUID("5d0f4a53-1f5f-4c4c-9a3e-6b2f60f0c7b1")


def converted(
    lake: Lake,
    secrets: Secrets,
    *,
    keep_machines: bool,
    channels: Sequence[str] | None = None,
    progress: Steps = say_nothing,
) -> Lake:
    """Return the lake converted to this version; do nothing if it already has this version.

    Args:
        lake: a lake of this version or an earlier one.
        secrets: the keys behind its pseudonyms.
        keep_machines: whether m/ tokens are kept, as pseudonyms.
        channels: the channels that may be named, or None if all may.
        progress: called for each file.

    Raises:
        LakeError: the pseudonyms were made with another key, another process writes to the lake, or the lake
            cannot be read or written.
    """
    if lake.version >= LAKE_VERSION:
        return lake
    with (
        lake.alone("compact.lock", "another process is converting or compacting it", _TIMEOUT_S),
        _no_writer_at_work(lake),
    ):
        lake = Lake.open(lake.path)  # another process may have converted it meanwhile
        if lake.version < LAKE_VERSION:
            try:
                rewriting = _Rewriting(lake, secrets, keep_machines=keep_machines, channels=channels)
                _Conversion(lake, rewriting, progress).run()
            except (OSError, DeltaError, pa.ArrowException, duckdb.Error) as error:
                raise LakeError(
                    f"{lake.path}: cannot be converted to version {LAKE_VERSION} ({first_line(error)}): "
                    "put this right and run the same command again"
                ) from None
    return replace(lake, version=LAKE_VERSION)


@contextlib.contextmanager
def _no_writer_at_work(lake: Lake) -> Iterator[None]:
    """Ensure that no ingest runs meanwhile: one of an earlier release would keep writing tokens in clear."""
    with contextlib.ExitStack() as locks:
        for lock in sorted((lake.path / "batches").glob("*/lock")):
            try:
                locks.enter_context(FileLock(lock, timeout=0))
            except Timeout:
                raise LakeError(
                    f"{lake.path}: a lake of version {lake.version}, which must be converted, but an ingest "
                    f"is running as writer {lock.parent.name}: wait until it is done, and run this one again"
                ) from None
        yield


class _Rewriting:
    """The rewriting of a file: each column in ``_NEW_COLUMNS``, one row group at a time."""

    def __init__(
        self, lake: Lake, secrets: Secrets, *, keep_machines: bool, channels: Sequence[str] | None
    ) -> None:
        self._connection = duckdb.connect()
        self._connection.execute("SET TimeZone = 'UTC'")
        self._connection.execute("SET VARIABLE keep_machines = ?", [keep_machines])
        self._connection.execute("SET VARIABLE known_channels = ?", [channels])
        self._lake, self._secrets = lake, secrets
        self._has_key = False
        self._seed = f"{LAKE_VERSION} {keep_machines} {channels}"

    def new_name(self, old: str) -> str:
        """Return the name of the file that replaces ``old``, of the same batch or of a compaction."""
        day, _, name = old.rpartition("/")
        mark = uuid.uuid5(_NAMES, f"{self._seed} {name}")
        return f"{day}/{name_of_rewritten(name, mark.hex) or f'part-00000-{mark}-c000.zstd.parquet'}"

    def needs(self, path: Path, name: TableName) -> bool:
        """Return whether the file has tokens in clear; a file without token columns has none and stays."""
        schema = pq.read_schema(path)
        return any(
            pa.types.is_string(schema.field(column).type.value_type)
            for column in _KINDS.keys() & _NEW_COLUMNS.get(name, {}).keys() & set(schema.names)
        )

    def rewrite(self, old: Path, new: Path, name: TableName) -> None:
        """Write the rows of ``old`` to ``new`` atomically and durably; both may be the same path."""
        # A compaction recognises the leftovers of a killed conversion by this name and removes them.
        draft = new.with_name(f"part-00000-{uuid.uuid4()}-c000.zstd.parquet#1")
        columns = _NEW_COLUMNS[name]
        with pq.ParquetFile(old) as file, contextlib.ExitStack() as stack:
            there = [column for column in columns if column in file.schema_arrow.names]
            replaced = ", ".join(f"{columns[column]} AS {column}" for column in there)
            writer = None
            for group in range(file.num_row_groups):
                rows = file.read_row_group(group, use_threads=False)
                self._expect_key_of_tokens(rows)
                self._connection.register("old_rows", rows)
                if "channel" in there:
                    self._connection.execute(_CHANNELS)
                made = self._connection.sql(f"SELECT * REPLACE ({replaced}) FROM old_rows").to_arrow_table()
                if writer is None:
                    writer = stack.enter_context(rows_writer(draft, made.schema, name))
                writer.write_table(made)
                self._connection.unregister("old_rows")
            if writer is None:
                nothing = self._connection.from_arrow(file.schema_arrow.empty_table())
                schema = nothing.project(f"* REPLACE ({replaced})").to_arrow_table().schema
                stack.enter_context(rows_writer(draft, schema, name))
        sync([draft])
        draft.replace(new)
        sync_folder(new.parent)

    def _expect_key_of_tokens(self, rows: pa.Table) -> None:
        """Check the key, but only if there are tokens: a simulated lake has none."""
        if self._has_key:
            return
        lists = (rows[column] for column in _KINDS if column in rows.column_names)
        if any(len(chunk.flatten()) for column in lists for chunk in column.chunks):
            self._lake.expect_key(self._secrets.key_id())
            key = self._secrets.token_key().hex()
            self._connection.execute("SET VARIABLE token_key = ?", [key])
            self._has_key = True


@dataclass(frozen=True)
class _Conversion:
    lake: Lake
    rewriting: _Rewriting
    progress: Steps

    def run(self) -> None:
        waiting = list(self._waiting())
        stands = {name: self.lake.file_names(name) for name in _NEW_COLUMNS}
        of, done = len(waiting) + sum(map(len, stands.values())), 0
        for name, path in waiting:
            self.progress(path.name, done=done, of=of)
            done += 1
            if self.rewriting.needs(path, name):
                self.rewriting.rewrite(path, path, name)
        for name, files in stands.items():
            folder, new_files = self.lake.path / name, []
            for old in files:
                self.progress(f"{name} of {old.partition('/')[0].removeprefix('day=')}", done=done, of=of)
                done += 1
                new_files.append(self._new_file(folder, old, name))
            if new_files != files or not self.lake.has_current_schema(name):
                self.lake.replace_files(name, new_files)
            delete_all_old(self.lake, name)
            self.lake.forget_history(name)
        manifest = self.lake.path / LAKE_MANIFEST
        content = json.loads(manifest.read_text()) | {"lake_version": LAKE_VERSION}
        replace_durably(manifest, json.dumps(content).encode())

    def _new_file(self, folder: Path, old: str, name: TableName) -> str:
        if not self.rewriting.needs(folder / old, name):
            return old
        new = self.rewriting.new_name(old)
        if not (folder / new).exists():
            _expect_room(folder, (folder / old).stat().st_size)
            self.rewriting.rewrite(folder / old, folder / new, name)
        return new

    def _waiting(self) -> Iterator[tuple[TableName, Path]]:
        """Yield the staged files of batches, wherever they are, and remove half-staged ones."""
        for batch in _folders(self.lake.path / "batches"):
            manifest = batch / "staged.json"
            if not manifest.exists():
                shutil.rmtree(batch / "staged", ignore_errors=True)
                continue
            files = names_in_manifest(manifest)
            for name in _NEW_COLUMNS:
                current = set(self.lake.file_names(name))
                for file in files.get(name, ()):
                    for path in (batch / "staged" / name / file, self.lake.path / name / file):
                        # If the table already refers to the file, the file is handled with the table.
                        if path.exists() and (path.parents[2] != self.lake.path or file not in current):
                            yield name, path


def _folders(batches: Path) -> Iterable[Path]:
    return sorted(path for path in batches.glob("*/*") if re.fullmatch(r"\d+", path.name) and path.is_dir())


def _expect_room(folder: Path, size_bytes: int) -> None:
    if shutil.disk_usage(folder).free < 2 * size_bytes:
        raise LakeError(
            f"{folder}: {2 * size_bytes:,} bytes are needed for a while, and less is free: "
            "make room and run the same command again"
        )
