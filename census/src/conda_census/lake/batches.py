"""Batches on disk, recorded before the work starts so that a kill at any point loses nothing.

A power cut loses nothing either: each step is synced to the disk before the next one begins.

A batch is a folder ``batches/<writer>/<number>`` in the lake:

1. ``sources.json``: the sources that it reads. From now on these are read under this number and no other.
2. ``claims/<head>`` in the lake: one for each log, which only one writer can create.
3. ``staged/<table>/day=<day>/<file>`` and last ``staged.json``: the rows to append, already pseudonymous.
   From now on the logs are not needed any more: they may be rotated away.
4. In each table, in ``sources`` last, its files get a second name, and one transaction appends them.
5. Claims and folder are removed.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Self, TypedDict

from filelock import FileLock, Timeout

from conda_census.atomic_files import create_exclusively, make_folders, sync, sync_folder
from conda_census.errors import LakeError
from conda_census.lake.records.attempts import Attempts, Suspects
from conda_census.lake.schema import TABLES
from conda_census.lake.store import Lake
from conda_census.logs.sources.readable import Source

__all__ = ["Batch", "SourceCounted", "WriterBatches", "damaged", "names_in_manifest"]


_TABLE_NAMES = frozenset(table.name for table in TABLES)
_NUMBER = re.compile(r"\d{8,18}")


class SourceCounted(TypedDict):
    """The counts of a source; ``lines`` is ``requests`` plus the sum of ``dropped``."""

    lines: int
    requests: int
    dropped: dict[str, int]


@dataclass(frozen=True)
class Batch:
    """A batch that was recorded.

    Attributes:
        writer: name of its writer.
        number: 1, 2, 3, … for each writer.
        folder: the folder of its record.
        locations: locations of the sources that it reads.
        format_name: the requested format, or auto.
        written_at: when it was recorded, UTC.
        claims: the claims on its logs that this run has made or found.
    """

    writer: str
    number: int
    folder: Path
    locations: tuple[str, ...]
    format_name: str
    written_at: datetime
    claims: list[Path] = field(default_factory=list, compare=False, repr=False)

    @cached_property
    def attempts(self) -> Attempts:
        """Return the attempts to read it."""
        return Attempts(self.folder)

    @property
    def name(self) -> str:
        """Return writer and number, the name of the batch in the table ``sources``."""
        return f"{self.writer}/{self.number}"

    @property
    def is_staged(self) -> bool:
        """Return whether its rows are ready to be appended."""
        return self._manifest.exists()

    @property
    def staged(self) -> Path:
        """Return the folder of the staged rows: ``<table>/day=<day>/<file>``."""
        return self.folder / "staged"

    def staged_files(self) -> dict[str, list[str]]:
        """Return the files of each table as ``day=<day>/<file>``, including those already in place."""
        return names_in_manifest(self._manifest)

    def staged_counts(self) -> list[SourceCounted]:
        """Return the counts of each source that was read."""
        try:
            counts: list[SourceCounted] = json.loads(self._manifest.read_text())["counts"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise damaged(self._manifest) from None
        return counts

    def stage_again(self) -> None:
        """Discard the staged rows because some are damaged, but keep the counts."""
        if self._counted_before.exists():
            self._manifest.unlink()
        else:
            self._manifest.replace(self._counted_before)
        sync_folder(self.folder)

    def is_staged_as_before(self) -> bool:
        """Return whether the counts equal those of the first staging."""
        if not self._counted_before.exists():
            return True
        return bool(json.loads(self._counted_before.read_text())["counts"] == self.staged_counts())

    def start_staging(self) -> None:
        """Create an empty folder for the rows."""
        shutil.rmtree(self.staged, ignore_errors=True)
        self.staged.mkdir()

    def end_staging(self, counts: list[SourceCounted]) -> None:
        """Mark the rows as complete, and record the counts of each source."""
        files: dict[str, list[str]] = {}
        staged = sorted(self.staged.rglob("*.parquet"))
        for file in staged:
            table, *place = file.relative_to(self.staged).parts
            files.setdefault(table, []).append("/".join(place))
        folders = [folder for file in staged for folder in (file.parent, file.parent.parent)]
        # The logs may be gone from now on.
        sync([*staged, *self.claims], [*folders, self.staged, *(claim.parent for claim in self.claims)])
        create_exclusively(self._manifest, json.dumps({"files": files, "counts": counts}).encode())

    @property
    def _manifest(self) -> Path:
        return self.folder / "staged.json"

    @property
    def _counted_before(self) -> Path:
        return self.folder / "staged-before.json"


class WriterBatches:
    """The batches of one writer, for one process at a time: ``with WriterBatches(…) as batches``.

    Attributes:
        writer: its name.
        suspects: sources that may have ended the census while they were read.
    """

    def __init__(self, lake: Lake, writer: str) -> None:
        self._lake = lake
        self.writer = writer
        self._folder = lake.path / "batches" / writer
        self._claims = lake.path / "claims"
        self._lock = FileLock(self._folder / "lock", timeout=0)
        self.suspects = Suspects(self._folder)

    def __enter__(self) -> Self:
        try:
            make_folders(self._folder)
            self._lock.acquire()
        except Timeout:
            raise LakeError(
                f"{self._lake.path}: another ingest is running as writer {self.writer}: "
                "wait until it is done, or give this one a name of its own with --writer"
            ) from None
        except OSError as error:
            raise LakeError(
                f"{self._folder}: cannot be written ({error.strerror}): give access to it"
            ) from None
        return self

    def __exit__(self, *_exc: object) -> None:
        self._lock.release()

    def unfinished(self) -> list[Batch]:
        """Return the recorded batches that are not finished, in order."""
        batches = []
        for folder in sorted(self._folder.iterdir()):
            if not _NUMBER.fullmatch(folder.name) or not folder.is_dir():
                continue  # not created by the census
            sources = folder / "sources.json"
            if sources.exists():
                batches.append(_read(self.writer, folder, sources))
            else:
                shutil.rmtree(folder)
        if not batches:  # after a power cut their claims may still exist
            self._give_free()
        return batches

    def write_down(self, sources: list[Source], format_name: str) -> Batch:
        """Record these sources under the next number.

        Raises:
            OSError: the lake's folder cannot be written.
        """
        numbers = [int(folder.name) for folder in self._folder.iterdir() if _NUMBER.fullmatch(folder.name)]
        number = 1 + max([*(self._lake.last_batch(table.name, self.writer) for table in TABLES), *numbers])
        folder = self._folder / f"{number:08}"
        content = {
            "paths": [source.location for source in sources],
            "format": format_name,
            "written_at": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        create_exclusively(folder / "sources.json", json.dumps(content).encode())
        return _read(self.writer, folder, folder / "sources.json")

    def claim(self, head: str, batch: Batch) -> bool:
        """Claim the log with this first line, unless another writer is working on it."""
        claim = self._claims / head
        with FileLock(self._lake.path / "claims.lock"):
            if self._is_left_over(claim):
                claim.unlink(missing_ok=True)
            is_new = create_exclusively(claim, self.writer.encode(), draft_folder=batch.folder, durable=False)
        if is_new or _is_claimed_by(claim, self.writer):
            batch.claims.append(claim)
            return True
        return False

    def _is_left_over(self, claim: Path) -> bool:
        """Return whether a claim belongs to nobody: a power cut may empty, truncate or restore it."""
        try:
            writer = claim.read_text(errors="replace")
        except OSError:
            return False
        folder = claim.parent.parent / "batches" / writer
        return "/" in writer or not writer.isprintable() or not any(folder.glob("[0-9]*/sources.json"))

    def finish(self, batch: Batch) -> None:
        """Remove a batch whose rows are all in the lake, and release its logs."""
        self._lake.settle("sources")
        self._give_free()
        # A batch exists only with its sources: after a kill between these two lines nothing is done again.
        (batch.folder / "sources.json").unlink()
        shutil.rmtree(batch.folder)

    def _give_free(self) -> None:
        for claim in self._claims.iterdir() if self._claims.exists() else ():
            if _is_claimed_by(claim, self.writer):
                claim.unlink(missing_ok=True)


def names_in_manifest(manifest: Path) -> dict[str, list[str]]:
    """Return the files that a ``staged.json`` names for each table, as ``day=<day>/<file>``.

    Raises:
        LakeError: it is damaged, or names files that are no rows of its batch.
    """
    number, writer = manifest.parent.name, manifest.parent.parent.name
    own = re.compile(
        rf"day=\d{{4}}-\d\d-\d\d/{re.escape(writer)}-{number}-\d{{4,}}(?:-[0-9a-f]{{32}})?\.parquet"
    )
    try:
        files: dict[str, list[str]] = json.loads(manifest.read_text())["files"]
        is_own = all(
            table in _TABLE_NAMES and all(own.fullmatch(name) for name in names)
            for table, names in files.items()
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise damaged(manifest) from None
    if not is_own:
        raise damaged(manifest)
    return files


def damaged(file: Path) -> LakeError:
    """Return the error for a file of a batch whose content the census did not write."""
    return LakeError(
        f"{file}: damaged: remove {file.parent} and run the same command again, which reads its logs anew"
    )


def _read(writer: str, folder: Path, sources: Path) -> Batch:
    try:
        content = json.loads(sources.read_text())
        locations = content["paths"]
        batch = Batch(
            writer,
            int(folder.name),
            folder,
            tuple(locations),
            format_name=str(content["format"]),
            written_at=datetime.fromisoformat(str(content["written_at"])),
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        raise damaged(sources) from None
    if not isinstance(locations, list) or not all(isinstance(location, str) for location in locations):
        raise damaged(sources)
    return batch


def _is_claimed_by(claim: Path, writer: str) -> bool:
    try:
        return claim.read_text() == writer
    except FileNotFoundError:
        return False
