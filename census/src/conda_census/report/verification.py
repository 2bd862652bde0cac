"""What does ``conda-census sources --verify`` say, as JSON and as plain lines?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TypedDict

from conda_census.errors import one_line
from conda_census.lake.verification import STATES, Difference, State, Verified
from conda_census.report.wording import plain

__all__ = ["Verification", "verification", "verification_lines"]


class DifferenceJson(TypedDict):
    """A count or a time that is not what it was; times are UTC, in ISO 8601."""

    what: str
    lake: int | str | None
    log: int | str | None


class VerifiedJson(TypedDict):
    """A reading of a log, and what became of it; ``file`` is what was read now, null where nothing was."""

    source: str
    file: str | None
    batch: str
    first_line: int
    state: State
    reason: str
    differences: list[DifferenceJson]


class Verification(TypedDict):
    """The answer of ``conda-census sources --verify``; its keys are a public interface."""

    states: dict[State, int]
    readings: list[VerifiedJson]


def verification(verified: Iterable[Verified]) -> Verification:
    """How many readings are in which state, and each of them."""
    readings = [_verified(each) for each in verified]
    return Verification(
        states={state: sum(each["state"] == state for each in readings) for state in STATES},
        readings=readings,
    )


def verification_lines(document: Verification) -> Iterator[str]:
    """One line for each reading, fields parted by tabs: its state, its log, and why or what differs."""
    for each in document["readings"]:
        differences = (
            f"{one['what']}: {one['lake']} in the lake, {one['log']} in the log"
            for one in each["differences"]
        )
        log = each["source"]
        if each["file"] not in {None, log}:
            log += f", now {each['file']}"
        if each["first_line"] > 1:
            log += f", from line {each['first_line']} on"
        yield "\t".join((each["state"], plain(log), plain(each["reason"] or "; ".join(differences) or "-")))
    yield ", ".join(f"{number} {state}" for state, number in document["states"].items())


def _verified(verified: Verified) -> VerifiedJson:
    return VerifiedJson(
        source=verified.recorded.source,
        file=one_line(str(verified.file)) if verified.file else None,
        batch=verified.recorded.batch,
        first_line=verified.recorded.first_line,
        state=verified.state,
        reason=verified.reason,
        differences=[_difference(each) for each in verified.differences],
    )


def _difference(difference: Difference) -> DifferenceJson:
    return DifferenceJson(what=difference.what, lake=_json(difference.lake), log=_json(difference.log))


def _json(value: int | datetime | None) -> int | str | None:
    return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}" if isinstance(value, datetime) else value
