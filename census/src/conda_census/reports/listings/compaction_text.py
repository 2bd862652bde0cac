"""Result of a compaction as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from conda_census.lake.compaction import FilesJson, TableCompacted

__all__ = ["compaction_lines"]


def compaction_lines(compacted: Iterable[TableCompacted]) -> Iterator[str]:
    """Yield one line for each table."""
    for table in compacted:
        line = f"{table['table']}: {_words(table['before'])}, now {_words(table['after'])}"
        if table["deleted"]["files"]:
            line += f"; deleted {_words(table['deleted'])}"
        if table["kept"]["files"]:
            line += f"; kept {_words(table['kept'])} that somebody may still read"
        yield line


def _words(files: FilesJson) -> str:
    number = files["files"]
    return f"{number:,} {'file' if number == 1 else 'files'} of {_size(files['bytes'])}"


def _size(size_bytes: int) -> str:
    size, unit = float(size_bytes), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if size < 999.5:  # noqa: PLR2004 which rounds to a thousand, the next unit
            break
        size, unit = size / 1000, larger
    return f"{size:.3g} {unit}"
