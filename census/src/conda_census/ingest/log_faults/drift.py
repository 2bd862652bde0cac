"""Drift in the share of dropped lines, a reason to inspect the logs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from math import exp, log

from conda_census.lake.source_rows import SourceRows

__all__ = ["DropRateChange", "Tally", "changes_between", "drop_rate_changes"]

OTHER = "other"
#: Headers of files show how long the files are, not how well they are understood: there are more at night.
_NOT_WATCHED = {"directive"}
_COMPARED_WITH = timedelta(days=7)
_FACTOR = 3
#: Minimum number of lines: fewer may come from one client.
_FEWEST_LINES = 10
_CHANCE_MAX = 0.01


@dataclass(frozen=True)
class Tally:
    """The counts of some logs: lines, dropped lines, requests, and requests for nothing known."""

    lines: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    requests: int = 0
    other_requests: int = 0

    def part(self, reason: str) -> tuple[int, int]:
        """Return part and whole: dropped lines of the lines, or other requests of the requests."""
        if reason == OTHER:
            return self.other_requests, self.requests
        return self.dropped.get(reason, 0), self.lines


@dataclass(frozen=True)
class DropRateChange:
    """A changed share: of the lines that were dropped for ``reason``, or of the requests for ``other``."""

    reason: str
    before: float
    now: float

    def sentence(self) -> str:
        """Return the change as one line for a person."""
        whole = "requests" if self.reason == OTHER else "lines"
        return (
            f"{self.reason}: {self.now:.2%} of the {whole}, after {self.before:.2%} in the 7 days before: "
            "see conda-census sources, and check whether the log format or the served files have changed"
        )


def changes_between(before: Tally, now: Tally) -> list[DropRateChange]:
    """Return the shares that changed by more than a factor of 3, up or down, in alphabetical order.

    If one share is 0, the factor is infinite. The change must exceed random variation: the side with the
    larger share has at least 10 lines, and such counts or more extreme ones have a
    probability of at most 0.01 if the shares differ by a factor of exactly 3. If there is nothing to compare,
    nothing changed.
    """
    reasons = sorted((before.dropped.keys() | now.dropped.keys() | {OTHER}) - _NOT_WATCHED)
    changes = []
    for reason in reasons:
        (part_before, whole_before), (part_now, whole_now) = before.part(reason), now.part(reason)
        if _lie_apart((part_before, whole_before), (part_now, whole_now)):
            changes.append(DropRateChange(reason, part_before / whole_before, part_now / whole_now))
    return changes


def drop_rate_changes(
    rows: SourceRows, batches: list[str], reported: list[str] | None = None
) -> list[DropRateChange]:
    """Return the changed shares of the logs that these batches read.

    They are compared with all other logs whose last request lies in the 7 days before the last request of
    these. A log without a request counts at the time at which it was read. The readings of the logs in
    ``reported`` are left out, because they are reported already.

    Raises:
        LakeError: the table cannot be read.
    """
    connection = rows.now() if batches else None
    if connection is None:
        return []
    asked = {"batches": batches, "before": _COMPARED_WITH, "reported": reported or []}
    tallied = connection.execute(_TALLIES, asked).fetchall()
    tallies = {
        is_now: Tally(lines, dropped, requests, other) for is_now, lines, dropped, requests, other in tallied
    }
    return changes_between(tallies.get(False, Tally()), tallies.get(True, Tally()))


def _lie_apart(one: tuple[int, int], another: tuple[int, int]) -> bool:
    """Return whether the larger share exceeds three times the smaller one by more than chance."""
    if not one[1] or not another[1]:
        return False
    low, high = sorted((one, another), key=lambda part: part[0] / part[1])
    return high[0] >= _FEWEST_LINES and _chance(low, high) <= _CHANCE_MAX


def _chance(low: tuple[int, int], high: tuple[int, int]) -> float:
    """Return an upper bound of the probability of such counts if one share is three times the other.

    Counts of rare lines are Poisson-distributed, so of the lines of both, those of ``high`` are binomial: the
    comparison of J. Przyborowski and H. Wilenski (Biometrika 31, 1940). Its tail is bounded by that of H.
    Chernoff (Ann. Math. Stat. 23, 1952), which holds for any number of lines.
    """
    lines = low[0] + high[0]
    share = high[0] / lines
    expected = _FACTOR * high[1] / (_FACTOR * high[1] + low[1])
    if share <= expected:
        return 1.0
    distance = share * log(share / expected)
    if share < 1:
        distance += (1 - share) * log((1 - share) / (1 - expected))
    return exp(-lines * distance)


_TALLIES = """
    WITH chosen AS (
        SELECT list_contains($batches, batch) AS is_now, last_time,
               coalesce(last_time, ingested_at) AS moment, lines, requests, dropped, other_requests
        FROM readings WHERE NOT (list_contains($batches, batch) AND list_contains($reported, source))
    ), last AS (
        SELECT coalesce(max(last_time), max(moment)) AS moment FROM chosen WHERE is_now
    ), compared AS (
        SELECT chosen.* FROM chosen, last
        WHERE is_now OR (chosen.moment <= last.moment AND chosen.moment > last.moment - $before)
    ), drops AS (
        SELECT is_now, entry.key AS reason, sum(entry.value)::BIGINT AS lines
        FROM (SELECT is_now, unnest(map_entries(dropped)) AS entry FROM compared) GROUP BY ALL
    ), reasons AS (
        SELECT is_now, map_from_entries(list((reason, lines))) AS dropped FROM drops GROUP BY is_now
    )
    SELECT is_now, sum(lines)::BIGINT, coalesce(any_value(reasons.dropped), MAP {}), sum(requests)::BIGINT,
           sum(other_requests)::BIGINT
    FROM compared LEFT JOIN reasons USING (is_now) GROUP BY is_now
"""
