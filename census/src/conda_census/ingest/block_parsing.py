"""Parsing of a block of lines in runs of bounded memory, however short the lines are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pyarrow as pa

from conda_census.logs.fast.line_splitting import LINES_MAX, TooManyLinesError
from conda_census.logs.fast.request_columns import Parsed, ParseRegular
from conda_census.logs.line_marks import BlockMarks

__all__ = ["ParsedLines", "parse_block"]

_LINE_END = ord("\n")


@dataclass(frozen=True)
class ParsedLines:
    """A run of lines of a block: the parsed regular lines and the number of its empty lines.

    Attributes:
        parsed: the lines. Empty lines count in its ``lines`` and are absent from its ``rest``.
        empty_lines: indices in the run of the first empty lines, from 0; int64.
        empty: number of empty lines.
    """

    parsed: Parsed
    empty_lines: np.ndarray
    empty: int


def parse_block(
    parse: ParseRegular, block: bytes, kept: int, marks: BlockMarks | None = None
) -> list[ParsedLines]:
    """Return the lines of a block in runs, in order; most blocks are one run.

    The first ``kept`` empty lines keep their numbers, the others are only counted. ``marks`` receives the
    marks at the line ends.
    """
    runs = _runs(parse, block, kept)
    if marks:
        marks.make(block, runs[0].parsed.line_ends if len(runs) == 1 else None)
    return runs


def _runs(parse: ParseRegular, block: bytes, kept: int) -> list[ParsedLines]:
    try:
        return [_without_empty_lines(parse(block), kept)]
    except TooManyLinesError:
        ends = np.flatnonzero(np.frombuffer(block, dtype=np.uint8) == _LINE_END) + 1
        cuts = [0, *ends[LINES_MAX - 1 :: LINES_MAX].tolist()]
        if cuts[-1] < len(block):
            cuts.append(len(block))
        del ends
        return [_without_empty_lines(parse(block[begin:end]), kept) for begin, end in pairwise(cuts)]


def _without_empty_lines(parsed: Parsed, kept: int) -> ParsedLines:
    rest = parsed.rest
    # Each line here includes its line end, so an empty line is one byte.
    lengths = np.diff(np.frombuffer(rest.buffers()[1], np.int64)[rest.offset : rest.offset + len(rest) + 1])
    is_empty = lengths <= 1
    if len(rest) == 0 or not is_empty.any():
        return ParsedLines(parsed, np.empty(0, dtype=np.int64), 0)
    others = np.flatnonzero(~is_empty)
    return ParsedLines(
        replace(parsed, rest_lines=parsed.rest_lines[others], rest=rest.take(pa.array(others))),
        parsed.rest_lines[is_empty][:kept].copy(),
        int(is_empty.sum()),
    )
