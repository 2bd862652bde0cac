"""Rows of a batch, made and staged in the background while more requests are read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Condition
from types import TracebackType
from typing import Self

import duckdb

from conda_census.atomic_files import sync
from conda_census.decode.pseudonyms import Secrets
from conda_census.ingest.decoding import (
    decode_paths_and_agents,
    decode_user_agents,
    know_nothing,
    note_sizes,
)
from conda_census.ingest.duplicates.repeated_requests import SeenRequests, hashed
from conda_census.ingest.request_buffer import RequestBuffer
from conda_census.ingest.rows import SourceFacts, rows_of_requests
from conda_census.ingest.staging import stage_rows
from conda_census.ingest.visits import marked_requests
from conda_census.lake.batches import Batch
from conda_census.lake.store import Lake

__all__ = ["BackgroundRows", "OrderedStep"]

#: Maximum number of buffers that become rows at the same time. Each holds some hundred megabytes.
_BUFFERS_AT_ONCE = min(os.cpu_count() or 1, 3)


class BackgroundRows:
    """Threads that make and stage the rows of buffers: ``with BackgroundRows(…) as rows``.

    ``database`` is an empty database for the decoded texts. ``channels`` are the channels that may be named,
    or None if all may. Machines are left out unless ``keep_machines`` is true.
    """

    def __init__(
        self,
        lake: Lake,
        batch: Batch,
        database: duckdb.DuckDBPyConnection,
        secrets: Secrets,
        channels: Sequence[str] | None,
        *,
        keep_machines: bool,
    ) -> None:
        database.execute("SET threads = 1")  # each buffer that becomes rows has a thread of its own
        know_nothing(database)
        self._batch = batch
        self._database = database
        self._secrets = secrets
        self._key = secrets.token_key()
        self._channels = channels
        self._keep_machines = keep_machines
        self._seen = SeenRequests(lake)
        self._step = OrderedStep()
        self._buffers: list[Future[SourceFacts]] = []
        self._pool = ThreadPoolExecutor(_BUFFERS_AT_ONCE, thread_name_prefix="rows")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True)

    def __len__(self) -> int:
        """Return the number of buffers that were given so far."""
        return len(self._buffers)

    def add(self, buffer: RequestBuffer, without_sources: frozenset[int], *, is_last: bool) -> None:
        """Make rows of a buffer in the background; wait if memory would hold too many buffers.

        Raises:
            OSError: the rows of an earlier buffer cannot be written.
        """
        if len(self._buffers) >= _BUFFERS_AT_ONCE:
            self._buffers[-_BUFFERS_AT_ONCE].result()
        number = len(self._buffers)
        self._buffers.append(self._pool.submit(self._write, buffer, without_sources, number, is_last=is_last))

    def results(self) -> list[SourceFacts]:
        """Wait for all buffers, and return the facts about the sources of each.

        Raises:
            OSError: the rows cannot be written.
        """
        return [buffer.result() for buffer in self._buffers]

    def _write(
        self, buffer: RequestBuffer, without_sources: frozenset[int], number: int, *, is_last: bool
    ) -> SourceFacts:
        with self._database.cursor() as connection:
            connection.execute("SET VARIABLE token_key = ?", [self._key.hex()])
            connection.execute("SET VARIABLE known_channels = ?", [self._channels])
            with self._step.take(number) as wait:
                requests = buffer.take(without_sources)
                decode_user_agents(connection, requests, keep_machines=self._keep_machines)
                hashes = hashed(connection, requests)
                wait()  # of a repeated request, the first one counts
                first_seen = self._seen.leave_out(requests, hashes)
                decoded = decode_paths_and_agents(connection)
                marked = marked_requests(decoded, first_seen.kept.requests)
                note_sizes(connection, marked)
            rows, sources = rows_of_requests(connection, decoded, marked, first_seen, self._secrets)
        files = stage_rows(self._batch, number, rows)
        if not is_last:  # the disk writes while the next buffers are read
            sync(files)
        return sources


class OrderedStep:
    """A step that threads take one after the other, in the order of their numbers from 0 on."""

    def __init__(self) -> None:
        self._over: set[int] = set()
        self._changed = Condition()

    @contextmanager
    def take(self, number: int) -> Iterator[Callable[[], None]]:
        """Yield a function that waits until all threads with smaller numbers have taken the step.

        The step ends with the block, however the block is left, so that later threads never wait for ever.
        """
        try:
            yield lambda: self._wait(number)
        finally:
            with self._changed:
                self._over.add(number)
                self._changed.notify_all()

    def _wait(self, number: int) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._over.issuperset(range(number)))
