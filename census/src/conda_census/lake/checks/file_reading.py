"""Complete reading of the lake's files, to find damage that their sizes and times do not show.

If a file has a digest in its name, its content is compared with the digest. A file without one (written by a
compaction of an earlier version, or by a conversion) must at least be readable and have its number of rows.
It is not known whether its values are unchanged, so it is reported as not checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from conda_census.errors import LakeError
from conda_census.lake.file_names import says_its_digest
from conda_census.steps import Steps, say_nothing

__all__ = ["FileReading", "FileState", "was_replaced"]

FileState = Literal["whole", "damaged", "not_checked"]


@dataclass
class FileReading:
    """The results of reading. Each file is read once unless it is written again.

    Attributes:
        progress: called for each table whose files are read.
    """

    progress: Steps = say_nothing
    _found: dict[tuple[str, int, int, int], FileState] = field(default_factory=dict)

    def states(self, folder: Path, files: Sequence[dict[str, Any]]) -> list[FileState]:
        """Return the state of each of these files of a table, given as Delta describes them.

        Raises:
            LakeError: a file may not be read.
        """
        if files:
            self.progress(f"{len(files):,} files of {folder.name}", done=0, of=1)
        return [self._state(folder / file["path"], file) for file in files]

    def _state(self, path: Path, file: dict[str, Any]) -> FileState:
        try:
            status = path.stat()
            if status.st_size != file["size_bytes"]:
                return "damaged"
            key = (str(path), status.st_ino, status.st_size, status.st_mtime_ns)
            if key not in self._found:
                self._found[key] = _read(path, file["num_records"])
            return self._found[key]
        except FileNotFoundError:
            return "damaged"
        except OSError as error:
            raise LakeError(f"{path}: cannot be read ({error.strerror}): give access to it") from None


def was_replaced(path: Path) -> bool:
    """Return whether a file of a table is gone because the table has replaced it.

    A compaction deletes the files that it replaced some days before. A reader that takes longer, or any
    reader if no days are kept, finds them gone.
    """
    try:
        table = DeltaTable(str(path.parents[1]))
        names = {Path(uri).name for uri in table.file_uris()}
        return not path.exists() and path.name not in names
    except (OSError, DeltaError, pa.ArrowException, IndexError):
        return False


def _read(path: Path, rows: int | None) -> FileState:
    is_same = says_its_digest(path)
    if is_same is not None:
        return "whole" if is_same else "damaged"
    try:
        with pq.ParquetFile(path) as file:
            found = sum(len(batch) for batch in file.iter_batches(use_threads=False))
            return "not_checked" if found == (file.metadata.num_rows if rows is None else rows) else "damaged"
    except FileNotFoundError:
        raise
    except (OSError, pa.ArrowException):  # Arrow raises an OSError for pages that cannot be decompressed
        return "damaged"
