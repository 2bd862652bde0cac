"""Exposures to all advisories in a terminal and in a pipe."""

from __future__ import annotations

from collections.abc import Iterator

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from conda_census.exposure.assessment_schema import Exposures, RankedAdvisory
from conda_census.reports.exposure.wording import (
    band,
    gaps,
    half_life,
    is_unknown_for_gaps,
    looked_at,
    moved_on,
)
from conda_census.reports.render.numbers import NOT_KNOWN, count, percent, plain
from conda_census.reports.usage.notes import notes_on

__all__ = ["lines", "show", "summary"]

_FEW = 5
_COLUMNS = ("advisory", "severity", "packages", "exposed", "low", "high", "upgraded", "half_life_days")


def show(exposures: Exposures, console: Console) -> None:
    """Print a table as wide as the console."""
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for heading, justify in (("Advisory", "left"), ("Packages", "left"), ("Exposed", "right")):
        table.add_column(heading, justify=justify, overflow="fold")  # type: ignore[arg-type]
    table.add_column("Moved on", justify="right", overflow="fold")
    table.add_column("Half of them within", justify="right", overflow="fold")
    for row in exposures["advisories"]:
        table.add_row(
            Text(plain(f"{row['id']} {row['severity']}")),
            Text(plain(", ".join(row["packages"]))),
            band(row["exposed"]),
            moved_on(row, exposures["as_of"]),
            half_life(row, exposures["as_of"]),
        )
    console.print(table)
    console.print(Text(summary(exposures), style="dim"))


def summary(exposures: Exposures) -> str:
    """Summarise all exposures."""
    sampled = ""
    if exposures["one_in"] > 1:
        sampled = f" {looked_at(exposures['one_in'])}"
    unmapped = ""
    if exposures["unmapped"]:
        unmapped = f", and from {count(exposures['unmapped'])} no map leads to a conda package"
    unclear = ""
    if exposures["unclear"]:
        listed = [each["id"] for each in exposures["unclear"]]
        more = f" and {count(len(listed) - _FEW)} more" if len(listed) > _FEW else ""
        unclear = (
            f" Whom {', '.join(listed[:_FEW])}{more} exposes is {NOT_KNOWN}: see conda-census exposure ID."
        )
    unknown = (
        f"{percent(exposures['unknown']['downloads_share'])} of the downloads, something in "
        f"{percent(exposures['unknown']['environments_share'])} of the environments."
    )
    if is_unknown_for_gaps(exposures):
        unknown = f"how much is {NOT_KNOWN}."
    else:
        unknown = " ".join((unknown, *notes_on(exposures["notes"], "unknown")))
    without_log = f" {gaps(exposures)}." if gaps(exposures) else ""
    noted = "".join(f" Exposed: {note}" for note in notes_on(exposures["notes"], "exposed"))
    return (
        f"Active environments on {exposures['as_of']}. Of {count(exposures['open'])} open advisories "
        f"{count(exposures['looked_at'])} are about a package that was downloaded{unmapped}. "
        f"Moved on: of those exposed at the disclosure.{sampled} Unknown, so that no advisory can say "
        f"anything of it: {unknown}{unclear}{without_log}{noted}"
    )


def lines(exposures: Exposures) -> Iterator[str]:
    """Yield a line for each advisory, for a pipe: tab-separated fields below their heading."""
    yield "\t".join(_COLUMNS)
    for row in exposures["advisories"]:
        yield "\t".join(_fields(row))


def _fields(row: RankedAdvisory) -> list[str]:
    exposed, median = row["exposed"], row["median_days"].value
    return [
        plain(row["id"]),
        row["severity"],
        plain(",".join(row["packages"])),
        *(_field(exposed[edge]) for edge in ("observed", "low", "high")),
        "-" if row["upgraded_share"].value is None else f"{row['upgraded_share'].value:.4f}",
        "-" if median is None else f"{median:g}",
    ]


def _field(number: int | None) -> str:
    return "-" if number is None else str(number)
