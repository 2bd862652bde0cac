"""Warnings of the faults of the logs of a batch, and the doubts that the lake keeps of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from conda_census.ingest.duplicates.known_logs import KnownLogs
from conda_census.ingest.duplicates.repeated_downloads import DownloadMarks, Repeated, repeated_downloads
from conda_census.ingest.log_faults.logs_without_requests import check_for_requests
from conda_census.ingest.log_faults.proxies import addresses_of, proxy_warnings
from conda_census.ingest.source_reading import Claimed, SourceReading
from conda_census.ingest.sql_parsing import first_requests
from conda_census.ingest.staging import ReadSource
from conda_census.ingest.summary import PassedOver, Summary
from conda_census.lake.records.doubts import Doubt, DoubtAbout
from conda_census.lake.store import Lake

__all__ = ["LogWarnings"]

#: Number of requests that show the form of a log's user agents.
_MANY_REQUESTS = 20


class LogWarnings:
    """The warnings of a batch, which go to the summary of the run.

    Attributes:
        doubts: the doubts about the logs that the lake must keep.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        lake: Lake,
        batch: str,
        known_logs: KnownLogs,
        summary: Summary,
    ) -> None:
        self.doubts: list[Doubt] = []
        self._connection = connection
        self._lake = lake
        self._batch = batch
        self._known_logs = known_logs
        self._summary = summary

    def warn(
        self,
        read: Sequence[ReadSource],
        logs: Mapping[int, Claimed],
        downloads: list[DownloadMarks],
        passed_over: Mapping[int, int],
    ) -> None:
        """Check the logs that were read, and warn of the faults of each.

        Args:
            read: the readings that took lines.
            logs: the logs of the batch by their numbers.
            downloads: the marks of the downloads of the batch.
            passed_over: number of bytes that were not read behind the compressed data, by the log's number.
        """
        self._warn_of_passed_over(read, logs, passed_over)
        repeated = repeated_downloads(downloads, self._known_logs, self._lake)
        proxies = self._proxies(read, logs)
        for source in read:
            reading = source.reading
            if in_vain := check_for_requests(
                reading.requests, reading.dropped, is_new=reading.first_line == 1
            ):
                self._summary.warn_of_no_requests(source.name, in_vain)
            else:
                self._warn_of_log(
                    source, logs[source.source], repeated.get(source.source), proxies.get(source.name)
                )

    def _warn_of_passed_over(
        self, read: Sequence[ReadSource], logs: Mapping[int, Claimed], passed_over: Mapping[int, int]
    ) -> None:
        has_lines = {source.source for source in read}
        for log, size in passed_over.items():
            source = logs[log].source
            self._summary.warn_of_passed_over(str(source), size)
            if log in has_lines:
                self._doubt(str(source), "unread", PassedOver(size).sentence())
            else:
                self._summary.note_read_in_part(source, size)

    def _proxies(self, read: Sequence[ReadSource], logs: Mapping[int, Claimed]) -> dict[str, str]:
        addresses = {}
        for source in read:
            log = logs[source.source]
            addresses[source.name] = addresses_of(
                self._connection, log.log_format, log.beginning, source.reading
            )
        return proxy_warnings(addresses)

    def _warn_of_log(
        self, source: ReadSource, log: Claimed, repeated: Repeated | None, proxy: str | None
    ) -> None:
        if repeated:
            self._summary.warn_of_repeated(source.name, repeated)
            self._doubt(source.name, "repeated", repeated.sentence())
        if proxy:
            self._warn_and_keep(source.name, "addresses", proxy)
        if change := source.reading.change:
            self._warn_and_keep(source.name, change.about, change.reason)
        if fault := self._fault_of_agents(log, source.reading):
            self._warn_and_keep(source.name, "tokens", fault)

    def _fault_of_agents(self, log: Claimed, reading: SourceReading) -> str | None:
        """Return why tokens of a log are not seen.

        A log that grew may have few new lines, so its first lines are checked too.
        """
        if reading.requests >= _MANY_REQUESTS:
            return reading.agents.fault()
        lines_before = reading.first_line - 1
        if not lines_before or not reading.requests or not reading.agents.may_be_faulty():
            return None
        # The last of the first lines may be cut off. It is new if the beginning is not longer than the log.
        lines = min(lines_before, len(log.beginning) - 1)
        agents = first_requests(self._connection, log.log_format, log.beginning, "user_agent", lines)
        if len(agents) + reading.requests < _MANY_REQUESTS:
            return None
        reading.agents.look(agents, count_clients=False)
        return reading.agents.fault()

    def _warn_and_keep(self, source: str, about: DoubtAbout, reason: str) -> None:
        self._summary.warn(source, reason)
        self._doubt(source, about, reason)

    def _doubt(self, source: str, about: DoubtAbout, reason: str) -> None:
        self.doubts.append(Doubt(self._batch, source, about, reason))
