"""Search for lines of a log in the lake, under any names and in any pieces.

If logs begin with the same lines, the one read first brings these lines, and the others continue after them.
So when logs are read again, lines may come under another name than before, and in other pieces. The mark of a
line depends on all lines before it: two pieces fit together if one begins with the mark at which the other
ends.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from hashlib import blake2b
from itertools import pairwise

from conda_census.ingest.verification.unlisted_batches import MarkedLines, keyed_hash
from conda_census.lake.records.wanted_lines import Wanted

__all__ = ["has_lines"]


def has_lines(rows: Sequence[MarkedLines], lines: Wanted, key: bytes) -> bool:
    """Return whether these rows have the marks of all these lines, one after the other."""
    begin, end = lines.first_line, lines.first_line + lines.marks
    ends = {each for row in rows for each in (row.first_line, row.end) if begin < each < end}
    ways: dict[tuple[int | None, bytes], blake2b] = {(None, b""): keyed_hash(key)}
    for first, behind in pairwise(sorted({begin, end, *ends})):
        by_mark: dict[int | None, list[blake2b]] = defaultdict(list)
        for (mark, _), way in ways.items():
            by_mark[mark].append(way)
        ways = {}
        for row in rows:
            if row.first_line <= first and behind <= row.end:
                marks = row.marks[first - row.first_line : behind - row.first_line]
                for way in by_mark[None] + by_mark[row.mark_before(first)]:
                    longer = way.copy()
                    longer.update(marks.astype("<u2").tobytes())
                    # Two readings that have the same lines are one path.
                    ways[int(marks[-1]), longer.digest()] = longer
    return any(way.hexdigest() == lines.digest for way in ways.values())
