"""Verification of the files of a lake: damaged, whole, and not checkable ones.

Every file that the tables now name is read to its end (``file_reading``). The tables are compared with each
other and with their totals (``self_check``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from conda_census.errors import LakeError
from conda_census.lake.checks.file_reading import FileReading
from conda_census.lake.checks.self_check import check
from conda_census.lake.file_names import batch_of
from conda_census.lake.references import REFERENCES
from conda_census.lake.schema import TableName
from conda_census.lake.store import Lake

__all__ = ["FilesVerified", "LakeFile", "verify_files"]

_NO_DIGEST = "no digest of it is known; it can be read and has all its rows"
_UNFINISHED = "its batch is not finished: run conda-census ingest, and verify again"


@dataclass(frozen=True)
class LakeFile:
    """A file of rows of one day.

    Attributes:
        table: its table.
        day: its UTC day.
        file: its name below the table, as ``day=<day>/<file>``.
        batch: the batch that wrote it; empty if a compaction did.
        reason: why it is not checked; empty if it is damaged.
    """

    table: TableName
    day: date
    file: str
    batch: str
    reason: str = ""


@dataclass
class FilesVerified:
    """The result for the files.

    Attributes:
        whole: number of files that have the digest in their name.
        damaged: files that are missing or changed.
        not_checked: files whose state is not known.
        problems: other problems of the lake, each in a sentence.
    """

    whole: int = 0
    damaged: list[LakeFile] = field(default_factory=list)
    not_checked: list[LakeFile] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def is_in_order(self) -> bool:
        """Return whether nothing is damaged, as far as is known."""
        return not self.damaged and not self.problems

    @property
    def may_list_readings(self) -> bool:
        """Return whether the table of the logs that were read can be trusted."""
        return all(file.table != "sources" for file in self.damaged)


def verify_files(
    lake: Lake, reading: FileReading, since: date | None = None, until: date | None = None
) -> FilesVerified:
    """Read the files of these days, by default of all, and compare them with the records about them.

    Raises:
        LakeError: a table or a file cannot be read.
    """
    snapshot, problems = check(lake, reading)
    verified = FilesVerified(problems=[problem.sentence() for problem in problems if problem.kind != "file"])
    for name in snapshot.tables:
        states = zip(snapshot.done_files(name), snapshot.file_states(name), strict=True)
        reported: list[tuple[dict[str, Any], str, str]] = [
            (file, state, _NO_DIGEST) for file, state in states
        ]
        unfinished = snapshot.unfinished_files(name)
        reported += [
            (file, "damaged" if state == "damaged" else "not_checked", _UNFINISHED)
            for file, state in zip(unfinished, reading.states(lake.path / name, unfinished), strict=True)
        ]
        for file, state, reason in reported:
            each = _lake_file(name, file, reason if state == "not_checked" else "")
            if not (since or date.min) <= each.day <= (until or date.max):
                continue
            if state == "whole":
                verified.whole += 1
            else:
                (verified.damaged if state == "damaged" else verified.not_checked).append(each)
    for reference in REFERENCES:
        try:
            lake.reference(reference)
        except LakeError as error:
            verified.problems.append(
                str(error).removesuffix(": run conda-census repair, and import it again")
            )
    return verified


def _lake_file(name: TableName, file: dict[str, Any], reason: str) -> LakeFile:
    day, path = file["partition.day"], str(file["path"])
    of = batch_of(path.rpartition("/")[2])
    return LakeFile(
        name,
        day if isinstance(day, date) else date.fromisoformat(str(day)),
        path,
        f"{of.writer}/{of.batch}" if of else "",
        reason,
    )
