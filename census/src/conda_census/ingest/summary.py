"""Summary of a run of ``ingest``."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import TypedDict

from conda_census.errors import CensusError, LastingSourceError, NoAccessLogError
from conda_census.ingest.duplicates.repeated_downloads import Repeated
from conda_census.ingest.log_faults.drift import DropRateChange
from conda_census.ingest.log_faults.logs_without_requests import NoRequests
from conda_census.lake.batches import SourceCounted
from conda_census.lake.records.set_aside import SetAside, Unreadable
from conda_census.logs.sources.readable import Source

__all__ = ["BEGINNING", "CUT_SHORT", "NOT_MARKED", "SourceWarning", "Summary", "SummaryJson", "Waiting"]

#: The reason why a file waits.
BEGINNING = "holds the beginning of a log that was read: it waits, for it may still be growing"
CUT_SHORT = "is cut short, and begins like a log that was read: it waits until it is complete"
NOT_MARKED = (
    "begins like a log that an earlier version of the census read: it waits until it is longer than that one"
)
#: Maximum number of sources that a warning names; the JSON names all of them.
_NAMED = 3
#: Short forms for the last line of a run.
_IN_SHORT = {
    BEGINNING: "the beginning of a log that was read",
    CUT_SHORT: "cut short, and begins like a log that was read",
    NOT_MARKED: "begins like a log that an earlier version read",
}


class SourceCounts(TypedDict):
    """Numbers of files by their outcome."""

    read: int
    skipped: int
    failed: int


class DropRateChangeJson(TypedDict):
    """A share that changed: before and now."""

    reason: str
    before: float
    now: float


class ReasonJson(TypedDict):
    """A source, and the reason why it is set aside or waits."""

    source: str
    reason: str


class SummaryJson(TypedDict):
    """The output of ``ingest --json``."""

    sources: SourceCounts
    lines: int
    requests: int
    dropped: dict[str, int]
    moved: list[DropRateChangeJson]
    set_aside: list[ReasonJson]
    waiting: list[ReasonJson]
    warnings: list[ReasonJson]
    seconds: float


@dataclass(frozen=True)
class PassedOver:
    """Bytes behind the compressed data of files that were not read."""

    size: int

    def __add__(self, other: PassedOver) -> PassedOver:
        return PassedOver(self.size + other.size)

    def sentence(self) -> str:
        """Return the number of bytes and the remedy as a sentence for a person."""
        return (
            f"{self._not_read()}: if this holds lines of a log, decompress or repair it and give "
            "it as a file of its own, or take out what was read with conda-census sources --forget SOURCE"
        )

    def sentence_without_lines(self) -> str:
        """Return the same sentence for a file that brought no new line."""
        return (
            f"{self._not_read()}, and the rest has no new line: decompress or repair it if this holds lines "
            "of a log, and give them as a file of their own; then take this one away, and off this list with "
            "conda-census sources --retry SOURCE"
        )

    def _not_read(self) -> str:
        were = (
            "byte behind its compressed data was"
            if self.size == 1
            else "bytes behind its compressed data were"
        )
        return f"{self.size:,} {were} not read"


@dataclass(frozen=True)
class SourceWarning:
    """A warning about a source that was read, or was not read again.

    ``counted`` is set if the reason has numbers, which are added up over several sources: downloads that were
    read before, dropped lines of logs without a request, or bytes that were passed over.
    """

    source: str
    reason: str
    counted: Repeated | NoRequests | PassedOver | None = None


@dataclass(frozen=True)
class Waiting:
    """A file that is not read further for now, because it may still be growing towards what is known.

    Attributes:
        source: its name in messages.
        reason: why it waits, for a person.
    """

    source: str
    reason: str

    def sentence(self) -> str:
        """Return the file and the reason why it waits, in one line."""
        return f"{self.source}: {self.reason}"


@dataclass
class Summary:
    """The result of a run.

    Attributes:
        read: files whose lines were taken.
        skipped: files with nothing new: empty, read before, or currently being read by another writer.
        failed: files, or paths, that could not be read; the reasons are in ``errors``.
        set_aside: the named sources that are set aside. The ``newly`` first ones were set aside in this run
            and count as failed; the others count as skipped.
        unreadable: sources that could not be read, or not whole, and are not recorded yet.
        waiting: the skipped files that wait.
        warnings: warnings about files that were read or skipped.
        lines: lines taken; always ``requests`` plus the sum of ``dropped``.
        batches: names of the batches that the run finished.
        drift: the shares of dropped lines that changed against the week before.
        regained: lost days that are known again.
        seconds: duration of the run.
    """

    read: int = 0
    skipped: int = 0
    failed: int = 0
    lines: int = 0
    requests: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    batches: list[str] = field(default_factory=list)
    drift: list[DropRateChange] = field(default_factory=list)
    seconds: float = 0.0
    errors: list[CensusError] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    newly: int = 0
    unreadable: list[Unreadable] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    warnings: list[SourceWarning] = field(default_factory=list)
    regained: list[date] = field(default_factory=list)

    def add(self, counts: SourceCounted) -> None:
        """Count the reading of a file."""
        self.read += 1
        self.lines += counts["lines"]
        self.requests += counts["requests"]
        for reason, count in counts["dropped"].items():
            self.dropped[reason] = self.dropped.get(reason, 0) + count

    def fail(self, error: CensusError, source: Source | None = None) -> None:
        """Count a source that could not be read."""
        self.failed += 1
        self.errors.append(error)
        if source is not None:
            self.unreadable.append(
                Unreadable(
                    source,
                    str(error).removeprefix(f"{source}: "),
                    may_be_log=not isinstance(error, NoAccessLogError),
                    may_pass=not isinstance(error, LastingSourceError),
                )
            )

    def skip_set_aside(self, set_aside: SetAside) -> None:
        """Count a source that an earlier run has set aside."""
        self.skipped += 1
        self.set_aside.append(set_aside)

    def note_read_in_part(self, source: Source, size: int) -> None:
        """Record unread bytes of a file that has no row to record them, because its rest brought no line."""
        self.unreadable.append(
            Unreadable(source, PassedOver(size).sentence_without_lines(), is_read_in_part=True)
        )

    def add_set_aside(self, added: list[SetAside]) -> None:
        """Count sources that this run has set aside; the reasons were reported already."""
        self.set_aside[:0] = added
        self.newly += len(added)

    def wait(self, waiting: Waiting) -> None:
        """Count a file that waits."""
        self.skipped += 1
        self.waiting.append(waiting)

    def warn(self, source: str, reason: str) -> None:
        """Add a warning about a file."""
        self.warnings.append(SourceWarning(source, reason))

    def warn_of_repeated(self, source: str, repeated: Repeated) -> None:
        """Add the warning that downloads of a file were read before."""
        self.warnings.append(SourceWarning(source, repeated.sentence(), repeated))

    def warn_of_no_requests(self, source: str, in_vain: NoRequests) -> None:
        """Add the warning that no line of a file is a request."""
        self.warnings.append(SourceWarning(source, in_vain.sentence(), in_vain))

    def warn_of_passed_over(self, source: str, size: int) -> None:
        """Add the warning that ``size`` bytes behind the compressed data of a file were not read."""
        passed_over = PassedOver(size)
        self.warnings.append(SourceWarning(source, passed_over.sentence(), passed_over))

    def has_passed_over(self) -> bool:
        """Return whether a part of a file was not read."""
        return any(isinstance(warning.counted, PassedOver) for warning in self.warnings)

    def sources_without_requests(self) -> list[str]:
        """Return the sources that were read and have no line that is a request."""
        return [warning.source for warning in self.warnings if isinstance(warning.counted, NoRequests)]

    def warning_sentences(self) -> list[str]:
        """Return the warnings for a person, one line for each reason."""
        sources: dict[str, list[str]] = {}
        for warning in self.warnings:
            if not warning.counted:
                sources.setdefault(warning.reason, []).append(warning.source)
        copies = {
            warning.source: warning.counted
            for warning in self.warnings
            if isinstance(warning.counted, Repeated)
        }
        if copies:
            first, *others = copies.values()
            sources[sum(others, start=first).sentence()] = list(copies)
        in_vain = {
            warning.source: warning.counted
            for warning in self.warnings
            if isinstance(warning.counted, NoRequests)
        }
        if in_vain:
            one, *more = in_vain.values()
            sources[sum(more, start=one).sentence()] = list(in_vain)
        passed = {
            warning.source: warning.counted
            for warning in self.warnings
            if isinstance(warning.counted, PassedOver)
        }
        if passed:
            size, *sizes = passed.values()
            sources[sum(sizes, start=size).sentence()] = list(passed)
        return [f"{_named(names)}: {reason}" for reason, names in sources.items()]

    def exit_code(self, *, strict: bool) -> int:
        """Return the exit code of a run: 0, 1 if something could not be read, 3 if a share changed.

        A source that is set aside is no failure, except with ``strict``, and except in the run that finds it
        if that run was given no other log. With ``strict``, a log without a request is a failure, and so is a
        log with an unread part.
        """
        only_set_aside = not self.read and self.skipped == len(self.set_aside) - self.newly
        is_failure = self.failed > self.newly or (self.newly and only_set_aside)
        if is_failure or (
            strict and (self.set_aside or self.sources_without_requests() or self.has_passed_over())
        ):
            return 1
        return 3 if strict and self.drift else 0

    def to_json(self) -> SummaryJson:
        """Return the summary in the form of ``ingest --json``."""
        return {
            "sources": {
                "read": self.read,
                "skipped": self.skipped,
                "failed": self.failed - self.newly,
            },
            "lines": self.lines,
            "requests": self.requests,
            "dropped": dict(sorted(self.dropped.items())),
            "moved": [
                {"reason": change.reason, "before": change.before, "now": change.now} for change in self.drift
            ],
            "set_aside": [{"source": entry.source, "reason": entry.reason} for entry in self.set_aside],
            "waiting": [{"source": waiting.source, "reason": waiting.reason} for waiting in self.waiting],
            "warnings": [{"source": warning.source, "reason": warning.reason} for warning in self.warnings],
            "seconds": round(self.seconds, 3),
        }

    def sentence(self) -> str:
        """Return the summary as one line for a person."""
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in sorted(self.dropped.items()))
        return (
            f"{self.read:,} files read, {self.skipped:,} skipped, {self.failed - self.newly:,} failed: "
            f"{self.lines:,} lines = {self.requests:,} requests + {sum(self.dropped.values()):,} dropped"
            f"{f' ({reasons})' if reasons else ''}, {self.seconds:.1f} s"
            f"{f'; {self.set_aside_sentence()}' if self.set_aside else ''}"
            f"{self._waiting_sentence()}"
            f"{self._regained_sentence()}"
        )

    def _waiting_sentence(self) -> str:
        if not self.waiting:
            return ""
        reasons = Counter(_IN_SHORT.get(waiting.reason, waiting.reason) for waiting in self.waiting)
        listed = "; ".join(f"{count:,} {reason}" for reason, count in reasons.most_common())
        return f"; {len(self.waiting):,} waiting, of which nothing counts twice ({listed})"

    def _regained_sentence(self) -> str:
        if not self.regained:
            return ""
        return f"; known again, and lost before: {_named([str(day) for day in self.regained])}"

    def set_aside_sentence(self) -> str:
        """Return how many sources are set aside, and how to list them, as a part of a line."""
        return f"{len(self.set_aside):,} set aside: see conda-census sources --set-aside"


def _named(sources: list[str]) -> str:
    more = f" and {len(sources) - _NAMED:,} more" if len(sources) > _NAMED else ""
    return f"{', '.join(sources[:_NAMED])}{more}"
