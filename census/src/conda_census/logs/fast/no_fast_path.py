"""Parser for formats without a fast path, which leaves all lines to the format's SQL"""

from __future__ import annotations

import numpy as np

from conda_census.logs.fast.line_splitting import split, text_of_lines
from conda_census.logs.fast.request_columns import Parsed, no_requests

__all__ = ["parse_nothing"]


def parse_nothing(block: bytes) -> Parsed:
    """Split a block into its lines, none of them parsed."""
    lines = split(block, "\n", 0)
    every = np.arange(len(lines.line_ends))
    return Parsed(len(every), no_requests(), every, text_of_lines(lines, every), lines.line_ends)
