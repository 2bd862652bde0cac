"""Buffer of requests until they become rows: as numbers, with each distinct text once."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from conda_census.logs.fast.request_columns import Requests
from conda_census.logs.parsing.encoded_agents import sent_agents

__all__ = ["BufferedRequests", "RequestBuffer"]

_ROWS_MAX = 850_000
_TEXT_BYTES_MAX = 150 << 20
#: Status of a response that holds partial content (206).
_PARTIAL = 206


@dataclass(frozen=True)
class BufferedRequests:
    """The requests of a buffer, with numbers in place of texts.

    Attributes:
        requests: source, time, is_get, path_id, status, bytes, user_agent_id, address_id; one row each.
        paths, user_agents, addresses: the distinct texts, each at the index that is its number. User agents
            are as they were sent, without encoded blanks.
        request_ids: the id of each request in its log, null if it has none; None if no request has an id.
        lines: the line number of each request if there are request ids; else empty.
    """

    requests: pa.Table
    paths: pa.StringArray
    user_agents: pa.StringArray
    addresses: pa.StringArray
    request_ids: pa.ChunkedArray | None
    lines: np.ndarray

    def select(self, chosen: np.ndarray) -> BufferedRequests:
        """Return the requests that a mask selects, without their ids."""
        requests = self.requests if chosen.all() else self.requests.filter(pa.array(chosen))
        return BufferedRequests(requests, self.paths, self.user_agents, self.addresses, None, self.lines[:0])


@dataclass
class RequestBuffer:
    """The requests of some sources, as many as memory should hold at once."""

    _chunks: list[tuple[np.ndarray, Requests]] = field(default_factory=list)
    _rows: int = 0
    _text_bytes: int = 0
    _partial_content_waits: bool = False

    def add(self, sources: np.ndarray, requests: Requests) -> None:
        """Add the requests of a block; ``sources`` has the source number of each."""
        if len(requests):
            self._chunks.append((sources, requests))
            self._rows += len(requests)
            texts = (requests.path, requests.user_agent, requests.address, requests.request_id)
            self._text_bytes += sum(text.nbytes for text in texts if text is not None)

    @property
    def is_full(self) -> bool:
        """Return whether the requests should become rows before more are added."""
        return self._rows >= _ROWS_MAX or self._text_bytes >= _TEXT_BYTES_MAX

    @property
    def is_empty(self) -> bool:
        """Return whether there is no request."""
        return not self._chunks

    def next_buffer(self) -> RequestBuffer:
        """Return the next buffer, which takes over the partial content (206) of this one.

        So it is joined with the later rest of its files. If it would fill the next buffer, it stays here.
        """
        following = RequestBuffer()
        for sources, requests in self._chunks:
            places = np.flatnonzero(requests.status == _PARTIAL)
            if len(places):
                following.add(sources[places], requests.take(places))
        if following._rows > _ROWS_MAX // 4 or following._text_bytes > _TEXT_BYTES_MAX // 4:
            return RequestBuffer()
        self._partial_content_waits = not following.is_empty
        return following

    def take(self, without_sources: frozenset[int]) -> BufferedRequests:
        """Remove and return the requests, except those of some sources."""
        chunks, self._chunks, self._rows, self._text_bytes = self._chunks, [], 0, 0
        if without_sources:
            chunks = [_without(chunk, without_sources) for chunk in chunks]
        requests = [block for _, block in chunks]
        paths, path_ids = _numbered([block.path for block in requests])
        user_agents, user_agent_ids = _as_sent(*_numbered([block.user_agent for block in requests]))
        addresses, address_ids = _numbered([block.address for block in requests])
        table = pa.table(
            {
                "source": _joined([sources for sources, _ in chunks], np.int32),
                "time": pa.array(_joined([block.time for block in requests], np.int64)).view(
                    pa.timestamp("us", "UTC")
                ),
                "is_get": _joined([block.is_get for block in requests], np.bool_),
                "path_id": path_ids,
                "status": _joined([block.status for block in requests], np.int16),
                "bytes": _joined([block.size_bytes for block in requests], np.int64),
                "user_agent_id": user_agent_ids,
                "address_id": address_ids,
            }
        )
        ids, lines = _identified(requests)
        if self._partial_content_waits:
            stays = np.flatnonzero(table["status"].to_numpy() != _PARTIAL)
            table, ids = table.take(stays), None if ids is None else ids.take(stays)
            lines = lines[stays] if len(lines) else lines
        return BufferedRequests(table, paths, user_agents, addresses, ids, lines)


def _without(chunk: tuple[np.ndarray, Requests], without: frozenset[int]) -> tuple[np.ndarray, Requests]:
    sources, requests = chunk
    kept = ~np.isin(sources, list(without))
    return sources[kept], requests.select(kept)


def _joined(arrays: list[np.ndarray], dtype: type) -> np.ndarray:
    return np.concatenate(arrays) if arrays else np.empty(0, dtype=dtype)


def _identified(requests: list[Requests]) -> tuple[pa.ChunkedArray | None, np.ndarray]:
    """Return the ids of all requests and their line numbers, if any request has an id."""
    if all(block.request_id is None for block in requests):
        return None, np.empty(0, dtype=np.int64)
    ids = [
        pa.nulls(len(block), pa.string()) if block.request_id is None else block.request_id
        for block in requests
    ]
    return pa.chunked_array(ids, pa.string()), np.concatenate([block.line for block in requests])


def _as_sent(user_agents: pa.StringArray, numbers: np.ndarray) -> tuple[pa.StringArray, np.ndarray]:
    """Return the agents without encoded blanks, so that both spellings of an agent are one text."""
    sent = sent_agents(user_agents)
    if sent is user_agents:
        return user_agents, numbers
    distinct = sent.dictionary_encode()
    return distinct.dictionary, distinct.indices.to_numpy()[numbers]


def _numbered(chunks: list[pa.DictionaryArray]) -> tuple[pa.StringArray, np.ndarray]:
    """Return the distinct texts of all chunks, and the text number of each element."""
    if not chunks:
        return pa.array([], pa.string()), np.empty(0, dtype=np.int32)
    unified = pa.chunked_array(chunks).unify_dictionaries()
    numbers = np.concatenate([chunk.indices.to_numpy() for chunk in unified.chunks])
    return unified.chunk(0).dictionary, numbers
