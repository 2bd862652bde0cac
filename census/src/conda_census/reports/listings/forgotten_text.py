"""Output of ``conda-census sources --forget``, as JSON and as plain lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TypedDict

from conda_census.errors import one_line
from conda_census.repair.forgetting import Forgotten
from conda_census.reports.render.numbers import plain, read_again

__all__ = ["ForgottenJson", "forgotten_document", "forgotten_lines"]


class ForgottenJson(TypedDict):
    """Answer of ``conda-census sources --forget``; its keys are a public interface.

    ``batches`` is empty if the whole lake was read again. ``days_without_log`` are days of the log that no
    other log covers, so nothing is known of them; ``lost`` are days with lost rows of other logs.
    """

    forgotten: str
    dry_run: bool
    lines: int
    requests: int
    days: list[str]
    batches: list[str]
    read_again: list[str]
    days_without_log: list[str]
    lost: list[str]
    notes: list[str]


def forgotten_document(forgotten: Forgotten, unknown: Sequence[date], *, dry_run: bool) -> ForgottenJson:
    """Return what was removed, or would be."""
    return ForgottenJson(
        forgotten=forgotten.source,
        dry_run=dry_run,
        lines=forgotten.lines,
        requests=forgotten.requests,
        days=[day.isoformat() for day in forgotten.days],
        batches=forgotten.batches,
        read_again=forgotten.read_again,
        days_without_log=[day.isoformat() for day in unknown],
        lost=[day.isoformat() for day in forgotten.lost],
        notes=[one_line(each) for each in forgotten.notes],
    )


def forgotten_lines(
    forgotten: Forgotten, unknown: Sequence[date], *, dry_run: bool, names_all: bool = False
) -> Iterator[str]:
    """Yield the same for people, one item a line; of many logs read again, the first unless all are named."""
    what = "would be taken out" if dry_run else "taken out"
    yield plain(
        f"{forgotten.source}: {what}: {forgotten.lines:,} lines, of these {forgotten.requests:,} requests"
    )
    yield from read_again(
        forgotten.read_again, f"{'would be ' if dry_run else ''}read again", names_all=names_all
    )
    for day in unknown:
        yield f"{day}: no log of this day is left: nothing is known of it from now on"
    for note in forgotten.notes:
        yield plain(note)
