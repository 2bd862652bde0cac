"""Columns of the requests in a parsed block"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from conda_census.logs.fast.line_splitting import split, text_of_lines
from conda_census.logs.parsing.addresses import PLAIN_ADDRESS

__all__ = ["ParseRegular", "Parsed", "Requests", "no_requests", "of_plain_addresses", "parse_nothing"]

_PLAIN = f"^{PLAIN_ADDRESS}$"


@dataclass(frozen=True)
class Requests:
    """Requests as arrays with one element for each request.

    Attributes:
        line: number of the request's line: in its block, from 0, and later in its log, from 1; int64.
        time: microseconds since 1970, UTC; int64.
        is_get: true if the method is GET; bool.
        path: the path as it was sent, a dictionary of strings.
        status: the status; int16.
        size_bytes: the number of bytes sent; int64.
        user_agent: a dictionary of strings.
        address: a dictionary of strings.
        request_id: the id of the request in this format, strings; None if the format has none.
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
        """Return the requests that a mask chooses."""
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
        """Return the requests at some indices, with only the texts that they need."""
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
    """Block with its regular lines parsed.

    Attributes:
        lines: number of lines in the block.
        requests: the requests of its regular lines.
        rest_lines: indices of the other lines in the block, from 0; int64.
        rest: the other lines, unchanged; large_string.
        line_ends: the offset of each line end in the block, int64; None if it is not known.
    """

    lines: int
    requests: Requests
    rest_lines: np.ndarray
    rest: pa.LargeStringArray
    line_ends: np.ndarray | None = None


#: Parser of a block: whole lines, UTF-8, the last one with its line end.
ParseRegular = Callable[[bytes], Parsed]


def no_requests() -> Requests:
    """Return the empty requests of a block without a regular line."""
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


def parse_nothing(block: bytes) -> Parsed:
    """Split a block into its lines, none of them parsed."""
    lines = split(block, "\n", 0)
    every = np.arange(len(lines.line_ends))
    return Parsed(len(every), no_requests(), every, text_of_lines(lines, every), lines.line_ends)


def of_plain_addresses(requests: Requests, absent: str | None = None) -> Requests:
    """Return the requests with a plain address, or with ``absent``, which means that the log has none."""
    distinct = requests.address.dictionary
    is_plain = pc.match_substring_regex(distinct, _PLAIN)
    if absent is not None:
        is_plain = pc.or_(is_plain, pc.equal(distinct, absent))
    plain = np.asarray(is_plain.to_numpy(zero_copy_only=False), dtype=bool)
    return requests if plain.all() else requests.select(plain[requests.address.indices.to_numpy()])


def _taken(texts: pa.DictionaryArray, places: np.ndarray) -> pa.DictionaryArray:
    return texts.take(pa.array(places)).dictionary_decode().dictionary_encode()
