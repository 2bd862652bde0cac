"""Are sizes and numbers of files written as a person writes them?"""

from __future__ import annotations

import pytest

from conda_census.lake.compaction import FilesJson, TableCompacted
from conda_census.reports.listings.compaction_text import compaction_lines

NOTHING = FilesJson(files=0, bytes=0)


@pytest.mark.parametrize(
    ("size_bytes", "written"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (999_600, "1 MB"),
        (1234567, "1.23 MB"),
        (5 * 10**12, "5 TB"),
    ],
)
def test_sizes(size_bytes: int, written: str) -> None:
    """Three digits and a unit."""
    one = FilesJson(files=1, bytes=size_bytes)
    table = TableCompacted(table="sources", before=one, after=one, kept=NOTHING, deleted=NOTHING)
    assert list(compaction_lines([table])) == [f"sources: 1 file of {written}, now 1 file of {written}"]


def test_what_is_old() -> None:
    """What was deleted and what is kept is told where there is any."""
    many, one = FilesJson(files=1200, bytes=10**6), FilesJson(files=1, bytes=10**5)
    table = TableCompacted(table="sessions", before=many, after=one, kept=many, deleted=one)
    [line] = compaction_lines([table])
    assert line == (
        "sessions: 1,200 files of 1 MB, now 1 file of 100 kB; deleted 1 file of 100 kB; "
        "kept 1,200 files of 1 MB that somebody may still read"
    )
