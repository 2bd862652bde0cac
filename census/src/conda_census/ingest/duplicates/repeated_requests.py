"""Detection of requests that were read before, by the ids in their log.

Some logs are delivered at least once. A request is identified by its id and its time. The lake keeps a keyed
hash of both for as long as lines of that day may arrive.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from conda_census.ingest.request_buffer import BufferedRequests
from conda_census.lake.store import Lake

__all__ = ["FirstSeen", "SeenRequests", "hashed"]

Hashes = npt.NDArray[np.int64]

_DAY_US = 86_400_000_000
#: Maximum number of sorted arrays of hashes that are kept apart before they are merged.
_SORTED_MAX = 8
# Half as long as the key for tokens: with that key, MD5 would process another block.
_REQUEST_KEY = "SET VARIABLE request_key = left(sha256(getvariable('token_key') || 'requests'), 32)"
# 63 bits: among the ten million requests of a day, two have the same hash once in 180,000 days.
_HASHED = """
    SELECT coalesce(
        (md5_number(getvariable('request_key') || request_id || epoch_us(time)) >> 65)::BIGINT, -1) AS hashed
    FROM identified
"""


@dataclass(frozen=True)
class FirstSeen:
    """The requests of a buffer without the requests that were read before.

    Attributes:
        kept: the remaining requests.
        ids: rows of the table ``request_ids`` for them.
        repeated: the lines that were left out, by the number of their source.
    """

    kept: BufferedRequests
    ids: pa.Table
    repeated: dict[int, Hashes]


def hashed(connection: duckdb.DuckDBPyConnection, requests: BufferedRequests) -> Hashes:
    """Return the hash of each request's id, -1 if it has none; an empty result if no request has an id.

    The connection must have the variable ``token_key``: the key for tokens in hexadecimal.
    """
    if requests.request_ids is None:
        return np.empty(0, dtype=np.int64)
    identified = pa.table({"request_id": requests.request_ids, "time": requests.requests["time"]})
    connection.register("identified", identified)
    connection.execute(_REQUEST_KEY)
    return np.asarray(connection.sql(_HASHED).fetchnumpy()["hashed"])


class SeenRequests:
    """The requests of the queried days that the lake and the current batch hold."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._files: dict[str, list[str]] | None = None
        self._of_day: dict[int, list[Hashes]] = {}

    def leave_out(self, requests: BufferedRequests, hashes: Hashes) -> FirstSeen:
        """Leave out the requests that were seen before, and remember the others as seen.

        ``hashes`` is the result of :func:`hashed`.
        """
        if not len(hashes):
            return FirstSeen(requests, _rows([]), {})
        days = requests.requests["time"].cast(pa.int64()).to_numpy() // _DAY_US
        is_repeated = np.zeros(len(hashes), dtype=bool)
        rows = []
        for day in np.unique(days).tolist():
            places = np.flatnonzero((days == day) & (hashes >= 0))
            new = self._new(day, hashes[places])
            is_repeated[places[~new]] = True
            rows.append((day, hashes[places[new]]))
        return FirstSeen(requests.select(~is_repeated), _rows(rows), _by_source(requests, is_repeated))

    def _new(self, day: int, hashes: Hashes) -> npt.NDArray[np.bool_]:
        """Return which of the hashes are seen for the first time on this day, counted since 1970."""
        if day not in self._of_day:
            self._of_day[day] = [np.sort(self._in_lake(day))]
        seen = self._of_day[day]
        ordered = np.sort(hashes)
        is_old = np.zeros(len(ordered), dtype=bool)
        is_old[1:] = ordered[1:] == ordered[:-1]
        for earlier in seen:
            is_old |= _is_among(ordered, earlier)
        is_new = np.ones(len(hashes), dtype=bool)
        if is_old.any():
            # Few logs repeat a request, so only these few requests are searched for the first one.
            suspects = np.flatnonzero(_is_among(hashes, np.unique(ordered[is_old])))
            is_new[suspects] = False
            firsts = suspects[np.unique(hashes[suspects], return_index=True)[1]]
            is_new[firsts] = ~np.any([_is_among(hashes[firsts], earlier) for earlier in seen], axis=0)
        seen.append(ordered[~is_old])
        if len(seen) > _SORTED_MAX:
            self._of_day[day] = [np.sort(np.concatenate(seen), kind="stable")]  # merges sorted arrays
        return is_new

    def _in_lake(self, day: int) -> Hashes:
        name = f"day={np.datetime64(day, 'D')}"
        if self._files is None:
            self._files = {}
            for file in self._lake.files("request_ids"):
                self._files.setdefault(file.rsplit("/", 2)[-2], []).append(file)
        hashes = [
            pq.read_table(file, columns=["request"], partitioning=None)["request"].to_numpy()
            for file in self._files.get(name, ())
        ]
        return np.concatenate(hashes) if hashes else np.empty(0, dtype=np.int64)


def _is_among(hashes: Hashes, ordered: Hashes) -> npt.NDArray[np.bool_]:
    if not len(ordered):
        return np.zeros(len(hashes), dtype=bool)
    is_among: npt.NDArray[np.bool_] = (
        ordered[np.minimum(np.searchsorted(ordered, hashes), len(ordered) - 1)] == hashes
    )
    return is_among


def _rows(of_days: list[tuple[int, Hashes]]) -> pa.Table:
    days = [np.full(len(hashes), day, dtype=np.int32) for day, hashes in of_days]
    hashes = [hashes for _, hashes in of_days]
    return pa.table(
        {
            "day": pa.array(np.concatenate(days) if days else [], pa.int32()).cast(pa.date32()),
            "request": pa.array(np.concatenate(hashes) if hashes else [], pa.int64()),
        }
    )


def _by_source(requests: BufferedRequests, is_repeated: npt.NDArray[np.bool_]) -> dict[int, Hashes]:
    sources = requests.requests["source"].to_numpy()[is_repeated]
    lines = requests.lines[is_repeated]
    return {source: lines[sources == source] for source in np.unique(sources).tolist()}
