"""Opening, reading and appending of the Delta tables of a lake.

Only this module and ``compaction.py`` use Delta.
"""

from __future__ import annotations

import contextlib
import functools
import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import (
    CommitProperties,
    DeltaTable,
    PostCommitHookProperties,
    Transaction,
    WriterProperties,
    write_deltalake,
)
from deltalake.exceptions import CommitFailedError, DeltaError
from deltalake.transaction import AddAction, RemoveAction
from filelock import FileLock, Timeout

from conda_census.atomic_files import (
    create_exclusively,
    make_folders,
    private_umask,
    replace_durably,
    sync,
)
from conda_census.config import LAKE_MANIFEST, LATE_DELIVERY
from conda_census.errors import LakeError, first_line
from conda_census.lake.delta_log import (
    are_alike,
    has_commits,
    is_unborn,
    last_checkpoint,
    last_commit,
    mend,
    settle_left_over,
    state_of_log,
    sync_log,
    unsettled,
)
from conda_census.lake.file_modes import make_private
from conda_census.lake.records.ledger import Ledger, Totals, application, initial_totals
from conda_census.lake.records.reference_notes import expect_as_noted, note_version
from conda_census.lake.schema import IN_CLEAR, LAKE_VERSION, TABLES, Reference, Table, TableName, delta_schema
from conda_census.lake.unsafe_files import expect_plain_name, refuse_links, refuse_pipes

__all__ = [
    "CHECKPOINT_COMMITS",
    "NOTHING_AFTER_COMMIT",
    "Lake",
    "application",
    "files_of",
    "has_own_columns",
    "in_place",
    "placed",
    "removal",
    "reporting_unreadable",
]

#: Number of commits between checkpoints. Opening a table reads all commits since its last checkpoint, and a
#: run opens each table several times.
CHECKPOINT_COMMITS = 10
#: Writers that commit at the same moment try again.
_TRIES = 100
#: Delta writes a checkpoint right after a commit, before either is synced. So this module does it instead.
NOTHING_AFTER_COMMIT = PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)
_REFERENCES_TIMEOUT_S = 60
#: Delta's names for the files of a reference table.
_OF_REFERENCE = re.compile(r"part-\d{5}-[0-9a-f-]{36}-c\d{3}(?:\.\w+)?\.parquet")


@dataclass(frozen=True)
class Lake:
    """A lake that was found in order.

    Attributes:
        path: its folder.
        key_id: identifies the key behind its pseudonyms, without revealing it.
        version: of its tables; ``ingest.conversion`` converts an older one to ``LAKE_VERSION``.
        group_readable: whether the group of its user may read it.
        snapshot: the files of each table when the lake was checked (``self_check``); null means the present
            files at each access.
        lost: the days that were lost at that time; null means the days lost at each access.
    """

    path: Path
    key_id: str
    version: int = LAKE_VERSION
    group_readable: bool = False
    _settled: dict[str, int] = field(default_factory=dict, compare=False, repr=False)
    snapshot: Mapping[TableName, list[str]] | None = None
    lost: frozenset[date] | None = None

    @classmethod
    def open(cls, path: Path) -> Lake:
        """Open the lake in this folder.

        Raises:
            LakeError: there is none, or it is of a newer version, or it cannot be read.
        """
        _refuse_special_characters(path)
        refuse_pipes(path)
        manifest = path / LAKE_MANIFEST
        try:
            text = manifest.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            _refuse_lost_manifest(path)
            raise LakeError(
                f"{path}: no lake here: run conda-census ingest first, or name another with --lake"
            ) from None
        except IsADirectoryError:
            raise LakeError(f"{manifest}: a folder: put the file of your backup in its place") from None
        except OSError as error:
            raise LakeError(f"{manifest}: cannot be read ({error.strerror}): give access to it") from None
        try:
            content = json.loads(text)
            version, key_id = int(content["lake_version"]), str(content["key_id"])
            group_readable = bool(content.get("group_readable"))
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError, AttributeError):
            raise LakeError(f"{manifest}: damaged: restore it from your backup") from None
        if version > LAKE_VERSION:
            raise LakeError(
                f"{path}: a lake of version {version}, and this census reads versions up to {LAKE_VERSION}: "
                "upgrade conda-census"
            )
        return cls(path, key_id, version, group_readable)

    @classmethod
    def open_or_create(cls, path: Path, key_id: str, *, group_readable: bool | None = None) -> Lake:
        """Open the lake in this folder; create it if the folder is missing or empty.

        Args:
            path: the folder.
            key_id: identifies the key behind the pseudonyms.
            group_readable: whether the group of the user may read the lake; unchanged by default.

        Raises:
            LakeError: as for ``open``, or the folder holds something else, cannot be written, or the
                pseudonyms in it were made with another key.
        """
        _refuse_special_characters(path)
        try:
            refuse_links(path)
            is_for_group = bool(_is_for_group(path) if group_readable is None else group_readable)
            with private_umask(group_readable=is_for_group):
                is_new = not (path / LAKE_MANIFEST).exists()
                if is_new:
                    _refuse_foreign_folder(path)
                make_folders(path)
                is_cut_off = any(path.glob("batches/*/*/sources.json"))
                has_rows = not is_new and any(path.glob("*/day=*"))
                for table in TABLES:
                    # A lake of an earlier version may have fewer tables.
                    if is_unborn(path / table.name):
                        if has_rows and table.name != "line_marks":
                            raise LakeError(
                                f"{path / table.name}: the table is gone: run conda-census repair"
                            )
                        mend(path / table.name)
                        DeltaTable.create(
                            str(path / table.name),
                            schema=delta_schema(table),
                            mode="ignore",
                            partition_by=["day"],
                            description=f"one row for {table.one_row}",
                            configuration={"delta.checkpointInterval": str(CHECKPOINT_COMMITS)},
                            commit_properties=CommitProperties(
                                app_transactions=initial_totals({}) if table.name == "sources" else None
                            ),
                        )
                    if is_new:
                        sync_log(path / table.name, -1)
                    elif is_cut_off:
                        mend(path / table.name)
                    else:
                        settle_left_over(path, table.name)
                if is_new:
                    sync([], [path])
                    manifest: dict[str, object] = {"lake_version": LAKE_VERSION, "key_id": key_id}
                    if is_for_group:
                        manifest["group_readable"] = True
                    create_exclusively(path / LAKE_MANIFEST, json.dumps(manifest).encode())
        except (OSError, DeltaError) as error:
            raise LakeError(
                f"{path}: no lake can be made here ({first_line(error)}): choose another --lake"
            ) from None
        lake = cls.open(path)
        lake.expect_key(key_id)
        return lake.made_private(group_readable)

    def made_private(self, group_readable: bool | None = None) -> Lake:
        """Make the lake readable by its user only, or by the group as well; unchanged by default.

        Raises:
            LakeError: it cannot be written.
        """
        lake = self if group_readable is None else replace(self, group_readable=group_readable)
        try:
            refuse_links(self.path)
            if lake != self:
                manifest = self.path / LAKE_MANIFEST
                content = json.loads(manifest.read_text()) | {"group_readable": lake.group_readable}
                replace_durably(manifest, json.dumps(content).encode())
            make_private(self.path, group_readable=lake.group_readable)
        except (OSError, ValueError) as error:
            raise self._unwritable(LAKE_MANIFEST, error) from None
        return lake

    @contextlib.contextmanager
    def private(self) -> Iterator[None]:
        """Restrict files that are written to the lake in the context, also by libraries, to its readers.

        Raises:
            LakeError: it cannot be written.
        """
        with private_umask(group_readable=self.group_readable):
            self.made_private()
            yield

    def expect_key(self, key_id: str) -> None:
        """Check that this is the key behind the lake's pseudonyms.

        Raises:
            LakeError: it is another one.
        """
        if self.key_id != key_id:
            raise LakeError(
                f"{self.path}: its pseudonyms were made with another key, so everything would be counted "
                "twice: set CENSUS_CONFIG to the folder that holds the key, or start a new lake"
            )

    @property
    def hidden_columns(self) -> frozenset[str]:
        """Return the columns of an older lake that nobody may read before it is converted."""
        return frozenset() if self.version >= LAKE_VERSION else IN_CLEAR

    def files(self, name: TableName) -> list[str]:
        """Return the paths of the table's present Parquet files; the names of their folders contain ``day``.

        Raises:
            LakeError: the table cannot be read.
        """
        if self.snapshot is not None:
            return self.snapshot[name]
        return [unquote(uri) for uri in self.table(name).file_uris()]

    def file_names(self, name: TableName) -> list[str]:
        """Return the same files as ``day=<day>/<file>``.

        Raises:
            LakeError: the table cannot be read.
        """
        log = self.path / name / "_delta_log"
        return sorted(expect_plain_name(file["path"], log) for file in files_of(self.table(name)))

    def has_current_schema(self, name: TableName) -> bool:
        """Return whether the table has the columns that this version writes.

        Raises:
            LakeError: the table cannot be read.
        """
        return bool(self.table(name).schema() == delta_schema(_table(name)))

    def replace_files(self, name: TableName, files: list[str]) -> None:
        """Replace all files of the table, and give it the schema of this version.

        Args:
            name: the table.
            files: each as ``day=<day>/<file>``, already in place.

        Raises:
            LakeError: the table cannot be read.
            DeltaError: it cannot be written.
        """
        folder, table = self.path / name, self.table(name)
        with self.changed_by_delta(name):
            table.create_write_transaction(
                [in_place(folder / file) for file in files],
                mode="overwrite",
                schema=delta_schema(_table(name)),
                partition_by=["day"],
                post_commithook_properties=NOTHING_AFTER_COMMIT,
            )

    def forget_history(self, name: TableName) -> None:
        """Reduce the table's log to the entries that are needed to read its present version.

        Raises:
            LakeError: the table cannot be read.
            DeltaError: the log cannot be written.
            OSError: a file of it cannot be deleted.
        """
        table, log = self.table(name), self.path / name / "_delta_log"
        with unsettled(self.path, name):
            table.create_checkpoint()
            sync((path for path in log.iterdir() if path.is_file()), [log])
        for path in sorted(log.iterdir()):
            version = re.match(r"(\d{20})\.(?:json|checkpoint)", path.name)
            if path.suffix == ".tmp" or (version and int(version[1]) < table.version()):
                path.unlink(missing_ok=True)

    def last_batch(self, name: TableName, writer: str) -> int:
        """Return the number of the last batch of this writer that the table holds, 0 for none.

        Raises:
            LakeError: the table cannot be read.
        """
        return self.table(name).transaction_version(application(writer)) or 0

    def append(
        self,
        name: TableName,
        staged: Path,
        files: list[str],
        writer: str,
        batch: int,
        brought: Totals | None = None,
        note: Mapping[str, str] | None = None,
    ) -> None:
        """Append files as one transaction that carries the batch's number, unless the table has it.

        Args:
            name: the table.
            staged: the folder of the files, which get a second name in the table's folder.
            files: each as ``day=<day>/<file>``. A file may already be in the table's folder if an earlier run
                was killed after placing it.
            writer: the writer of the batch.
            batch: its number.
            brought: the totals that the whole batch brings to all tables, for the table that ends it.
            note: a note on this commit in the history of the table.

        Raises:
            LakeError: the table cannot be written.
        """
        try:
            for left in reversed(range(_TRIES)):
                try:
                    self._append(name, staged, files, writer, batch, brought, note)
                    break
                except CommitFailedError:  # another process was first
                    if not left:
                        raise
            self.settle(name)
        except (OSError, DeltaError) as error:
            raise self._unwritable(name, error) from None

    def note(self, name: TableName, transactions: list[Transaction]) -> None:
        """Write a commit that carries these numbers and changes no row.

        Raises:
            LakeError: the table cannot be read or written.
        """
        table = self.table(name)
        try:
            with self.changed_by_delta(name):
                table.create_write_transaction(
                    [],
                    mode="append",
                    schema=table.schema(),
                    partition_by=["day"],
                    commit_properties=CommitProperties(app_transactions=transactions, max_commit_retries=100),
                    post_commithook_properties=NOTHING_AFTER_COMMIT,
                )
        except (OSError, DeltaError) as error:
            raise self._unwritable(name, error) from None

    def forget_request_ids(self, now: datetime) -> None:
        """Remove the ids of requests of days for which no more lines can arrive.

        A day's ids are removed when the time for late lines is over, counted both from the end of the day and
        from the reading of the ids. So old logs may be read in several runs.

        Raises:
            LakeError: the table cannot be read.
        """
        table, latest = self.table("request_ids"), now - LATE_DELIVERY
        last_read: dict[str, float] = {}
        for file in files_of(table):
            day, read_at = str(file["partition.day"]), file["modification_time"] / 1000
            last_read[day] = max(last_read.get(day, 0), read_at)
        for day, read_at in last_read.items():
            if day < latest.date().isoformat() and read_at < latest.timestamp():
                # Another process may be rewriting or forgetting the day: then the next run forgets it.
                with contextlib.suppress(CommitFailedError), self.changed_by_delta("request_ids"):
                    table.delete(f"day = '{day}'", post_commithook_properties=NOTHING_AFTER_COMMIT)

    def reference(self, reference: Reference) -> pa.Table:
        """Return all rows of a reference table; none if nothing was ever written.

        Raises:
            LakeError: the table cannot be read.
        """
        place, schema = self.path / reference.name, pa.schema(delta_schema(reference).to_arrow())
        what_to_do = "run conda-census repair, and import it again"
        with reporting_unreadable(place, what_to_do):
            expect_as_noted(self.path, reference.name)
        if not has_commits(place):
            return schema.empty_table()
        with reporting_unreadable(place, what_to_do):
            files = [unquote(uri) for uri in DeltaTable(str(place)).file_uris()]
            # In this thread: if a command ends at once, Arrow's threads may still be starting, and it aborts.
            tables = [pq.ParquetFile(file).read(schema.names, use_threads=False) for file in files]
            return pa.concat_tables([schema.empty_table(), *(table.cast(schema) for table in tables)])

    def replace_reference(self, reference: Reference, rows: pa.Table) -> None:
        """Replace all rows of a reference table atomically.

        If these rows derive from earlier rows, these must be read inside ``with lake.changing_references()``.

        Raises:
            LakeError: the table cannot be written.
        """
        place = str(self.path / reference.name)
        try:
            with self.changed_by_delta(reference.name):
                write_deltalake(
                    place,
                    rows.cast(pa.schema(delta_schema(reference).to_arrow())),
                    mode="overwrite",
                    schema_mode="overwrite",
                    description=f"one row for {reference.one_row}",
                    writer_properties=WriterProperties(compression="ZSTD", compression_level=3),
                    post_commithook_properties=NOTHING_AFTER_COMMIT,
                )
                with self.private():
                    note_version(self.path, reference.name)
            # Files that were replaced a week ago have no readers any more. Delta itself would delete other
            # files too.
            for old in DeltaTable(place).vacuum(dry_run=True):
                if _OF_REFERENCE.fullmatch(old):
                    (self.path / reference.name / old).unlink(missing_ok=True)
        except (OSError, DeltaError) as error:
            raise self._unwritable(reference.name, error) from None

    @contextlib.contextmanager
    def changed_by_delta(self, name: str) -> Iterator[None]:
        """Make rows that Delta itself writes to a table in the context survive a power cut afterwards.

        Raises:
            OSError: the lake cannot be written.
        """
        with unsettled(self.path, name):
            if has_commits(self.path / name):
                self.settle(name)
            yield
            self.settle(name)

    def settle(self, name: str) -> None:
        """Make the present content of the table survive a power cut, and write a checkpoint if one is due.

        Raises:
            OSError: the disk fails.
        """
        place = self.path / name
        self._settled[name] = sync_log(place, self._settled.get(name, -1))
        if last_commit(place) - last_checkpoint(place) >= CHECKPOINT_COMMITS:
            self.checkpoint(name)

    def checkpoint(self, name: str) -> None:
        """Write a checkpoint of the table that survives a power cut, and delete the old commits before it.

        Raises:
            OSError: the disk fails.
            DeltaError: the log cannot be read or written.
        """
        place = self.path / name
        table = DeltaTable(str(place))
        with unsettled(self.path, name):
            table.create_checkpoint()
            self._settled[name] = sync_log(place, self._settled.get(name, -1))
        table.cleanup_metadata()  # only now: without its checkpoint a table needs all commits

    @contextlib.contextmanager
    def alone(self, lock_name: str, other: str, timeout_s: float = 0) -> Iterator[None]:
        """Hold a lock so that no other process that needs it runs meanwhile.

        Args:
            lock_name: a file in the lake.
            other: a description of the other process, such as ``another compaction is running``.
            timeout_s: maximum wait for the other process.

        Raises:
            LakeError: there is another one.
        """
        lock = FileLock(self.path / lock_name, timeout=timeout_s)
        with self.private():
            try:
                lock.acquire()
            except Timeout:
                raise LakeError(
                    f"{self.path}: {other}: wait until it is done, and run this one again"
                ) from None
            except OSError as error:
                raise LakeError(
                    f"{self.path}: cannot be written ({error.strerror}): give access to it"
                ) from None
            try:
                yield
            finally:
                lock.release()

    @contextlib.contextmanager
    def changing_references(self) -> Iterator[None]:
        """Lock the reference tables between reading and replacing them.

        Raises:
            LakeError: another process does, and does not end.
        """
        with self.alone("references.lock", "another import is running", _REFERENCES_TIMEOUT_S):
            yield

    def lacks(self, name: TableName) -> bool:
        """Return whether the lake was made before this table existed; an ingest creates the table."""
        return name == "line_marks" and not (self.path / name).exists()

    def table(self, name: TableName) -> DeltaTable:
        """Return the table in its present version.

        Raises:
            LakeError: it cannot be read.
        """
        with reporting_unreadable(self.path / name, "run conda-census repair"):
            return _opened(self.path / name, state_of_log(self.path / name))

    def _unwritable(self, name: str, error: Exception) -> LakeError:
        return LakeError(
            f"{self.path / name}: cannot be written ({first_line(error)}): "
            "make room or give access, and run the same command again"
        )

    def _append(
        self,
        name: TableName,
        staged: Path,
        files: list[str],
        writer: str,
        batch: int,
        brought: Totals | None,
        note: Mapping[str, str] | None,
    ) -> None:
        # All commits before this one are synced, whoever wrote them: only the last one can be damaged.
        self.settle(name)
        table = self.table(name)
        if (table.transaction_version(application(writer)) or 0) >= batch:
            return
        place = self.path / name
        added: list[AddAction | RemoveAction] = [placed(staged / file, place / file, file) for file in files]
        sync([], [*((place / file).parent for file in files), place])
        transactions = [Transaction(application(writer), batch)]
        if brought is not None:
            transactions += Ledger(table).with_batch(writer, brought)
        table.create_write_transaction(
            added,
            mode="append",
            schema=table.schema(),
            partition_by=["day"],
            commit_properties=CommitProperties(
                custom_metadata=dict(note or {}), app_transactions=transactions, max_commit_retries=0
            ),
            post_commithook_properties=NOTHING_AFTER_COMMIT,
        )


@functools.lru_cache(maxsize=16)
def _opened(place: Path, _state: object) -> DeltaTable:
    """Return the table in this folder, cached by the state of its log, because reading the log is slow."""
    return DeltaTable(str(place))


@contextlib.contextmanager
def reporting_unreadable(place: Path, what_to_do: str) -> Iterator[None]:
    """Report in one line which table cannot be read, and the remedy."""
    try:
        yield
    except (OSError, DeltaError, pa.ArrowException) as error:
        raise LakeError(f"{place}: the table cannot be read ({first_line(error)}): {what_to_do}") from None


def _table(name: TableName) -> Table:
    return next(table for table in TABLES if table.name == name)


def files_of(table: DeltaTable) -> list[dict[str, Any]]:
    """Return Delta's record of each file of a table: ``path``, ``size_bytes``, ``partition.day`` and more."""
    # For anything but an array, pa.table checks for pandas objects, and importing pandas takes half a second.
    actions = pa.RecordBatchReader.from_stream(table.get_add_actions(flatten=True))
    files: list[dict[str, Any]] = actions.read_all().to_pylist()
    return files


def has_own_columns(name: TableName, table: DeltaTable) -> bool:
    """Return whether no column in a table's log has nearly the name of a column that the log lacks."""
    own = {column.name for column in delta_schema(_table(name)).fields}
    named = {column.name for column in table.schema().fields}
    return not any(are_alike(one, other, 1) for one in named - own for other in own - named)


def placed(staged: Path, place: Path, path: str) -> AddAction:
    """Give a staged file a second name in its table, and return its add action.

    It keeps its first name until its batch is finished: after a power cut a moved file may be at neither
    place.
    """
    place.parent.mkdir(exist_ok=True)
    for own in (staged, place, place.parent):
        if own.is_symlink():
            raise LakeError(f"{own}: a link, and a lake holds none: see who made it, and remove it")
    if staged.exists() and not (place.exists() and place.samefile(staged)):
        place.unlink(missing_ok=True)  # of rows that were staged once more
        place.hardlink_to(staged)
    status = place.stat()
    return AddAction(
        path=path,
        size=status.st_size,
        partition_values={"day": place.parent.name.removeprefix("day=")},
        modification_time=int(status.st_mtime * 1000),
        data_change=True,
        stats=json.dumps({"numRecords": pq.read_metadata(place).num_rows}),
    )


def in_place(path: Path) -> AddAction:
    """Return the add action of a file that is already in place, ``TABLE/day=<day>/<file>``."""
    return placed(path, path, f"{path.parent.name}/{path.name}")


def removal(file: dict[str, Any], *, data_change: bool) -> RemoveAction:
    """Return the remove action of a file from :func:`files_of`; ``data_change`` if its rows go too."""
    return RemoveAction(
        file["path"],
        data_change=data_change,
        deletion_timestamp=int(time.time() * 1000),
        size=file["size_bytes"],
        partition_values={"day": str(file.get("partition.day"))},
    )


def _is_for_group(path: Path) -> bool:
    return (path / LAKE_MANIFEST).exists() and Lake.open(path).group_readable


def _refuse_special_characters(path: Path) -> None:
    """Reject folders below which Delta (deltalake 1.6) cannot work.

    These are folders whose name looks percent-encoded or like a pattern, or is no text. A URL, and a ``~``
    that no shell has expanded, are no folder.
    """
    if re.match("~|[a-z0-9]+:/", str(path)) or not str(path.absolute()).isprintable():
        raise LakeError(f"{path}: a lake is a folder on this machine, its path written out: choose another")
    if special := sorted(set("%[]*?") & set(str(path.absolute()))):
        raise LakeError(f"{path}: a lake's path must not hold {' '.join(special)}: choose another --lake")


def _refuse_lost_manifest(path: Path) -> None:
    """Reject a folder without a manifest in which batches were at work: it was a lake."""
    if all((path / name).is_dir() for name in ("sessions", "sources", "batches")):
        raise LakeError(
            f"{path / LAKE_MANIFEST}: missing, and the lake cannot be used without it: restore your backup"
        )


def _refuse_foreign_folder(path: Path) -> None:
    """Reject a folder without a manifest unless it is new or left by a run killed while creating the lake."""
    ours = {table.name for table in TABLES}
    names = sorted(child.name for child in path.iterdir()) if path.is_dir() else []
    foreign = [name for name in names if name not in ours and not name.startswith(f".{LAKE_MANIFEST}.")]
    if foreign:
        _refuse_lost_manifest(path)
        raise LakeError(
            f"{path}: not a lake, and not empty either (it holds {foreign[0]}): name a new folder with --lake"
        )
