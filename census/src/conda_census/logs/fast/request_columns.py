"""What is known of the requests of a block once its lines are taken apart?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

__all__ = ["ParseRegular", "Parsed", "Requests", "no_requests"]


@dataclass(frozen=True)
class Requests:
    """Requests, one element of each array for each.

    Attributes:
        line: number of the request's line: in its block, from 0, and later in its log, from 1; int64.
        time: microseconds since 1970, UTC; int64.
        is_get: is its method GET? bool.
        path: as it was sent, a dictionary of strings.
        status: int16.
        size_bytes: what was sent; int64.
        user_agent: a dictionary of strings.
        address: a dictionary of strings.
        request_id: what names the request in this format, strings; None where nothing does.
    """

    line: np.ndarray
    time: np.ndarray
    is_get: np.ndarray
    path: pa.DictionaryArray
    status: np.ndarray
    size_bytes: np.ndarray
    user_agent: pa.DictionaryArray
    address: pa.DictionaryArray
    request_id: pa.StringArray | None = None

    def __len__(self) -> int:
        return len(self.time)

    def select(self, chosen: np.ndarray) -> Requests:
        """Those that a mask chooses."""
        mask = pa.array(chosen)
        return Requests(
            line=self.line[chosen],
            time=self.time[chosen],
            is_get=self.is_get[chosen],
            path=self.path.filter(mask),
            status=self.status[chosen],
            size_bytes=self.size_bytes[chosen],
            user_agent=self.user_agent.filter(mask),
            address=self.address.filter(mask),
            request_id=None if self.request_id is None else self.request_id.filter(mask),
        )

    def take(self, places: np.ndarray) -> Requests:
        """Those at some places, with the texts that they alone need."""
        return Requests(
            line=self.line[places],
            time=self.time[places],
            is_get=self.is_get[places],
            path=_taken(self.path, places),
            status=self.status[places],
            size_bytes=self.size_bytes[places],
            user_agent=_taken(self.user_agent, places),
            address=_taken(self.address, places),
            request_id=None if self.request_id is None else self.request_id.take(pa.array(places)),
        )


@dataclass(frozen=True)
class Parsed:
    """A block of which the regular lines were taken apart.

    Attributes:
        lines: how many lines the block has.
        requests: of its regular lines.
        rest_lines: indices of the other lines in the block, from 0; int64.
        rest: the other lines as they are, large_string.
        line_ends: the place of each line end in the block, int64; None if it is not known.
    """

    lines: int
    requests: Requests
    rest_lines: np.ndarray
    rest: pa.LargeStringArray
    line_ends: np.ndarray | None = None


#: Takes a block apart: whole lines, UTF-8, the last one with its end.
ParseRegular = Callable[[bytes], Parsed]


def no_requests() -> Requests:
    """Requests of a block without a regular line."""
    texts = pa.array([], pa.string()).dictionary_encode()
    whole = np.empty(0, dtype=np.int64)
    return Requests(
        line=whole,
        time=whole,
        is_get=np.empty(0, dtype=bool),
        path=texts,
        status=np.empty(0, dtype=np.int16),
        size_bytes=whole,
        user_agent=texts,
        address=texts,
    )


def _taken(texts: pa.DictionaryArray, places: np.ndarray) -> pa.DictionaryArray:
    return texts.take(pa.array(places)).dictionary_decode().dictionary_encode()
