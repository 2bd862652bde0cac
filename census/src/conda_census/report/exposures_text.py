"""How do the exposures to all advisories look in a terminal and in a pipe?"""

from __future__ import annotations

from collections.abc import Iterator

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from conda_census.exposure.shape import Exposures, RankedAdvisory
from conda_census.report.exposure_wording import band, days_of, looked_at
from conda_census.report.wording import count, percent, plain

__all__ = ["show"]

_COLUMNS = ("advisory", "severity", "packages", "exposed", "low", "high", "upgraded", "half_life_days")


def show(exposures: Exposures, console: Console) -> None:
    """Prints a table; into a pipe a line for each advisory, fields parted by tabs, under their heading."""
    if not console.is_terminal:
        for line in _lines(exposures):
            console.print(line, markup=False, highlight=False, soft_wrap=True)
        return
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
            percent(row["upgraded_share"]["value"]),
            days_of(row["median_days"]["value"]),
        )
    console.print(table)
    console.print(Text(_summary(exposures), style="dim"))


def _summary(exposures: Exposures) -> str:
    sampled = ""
    if exposures["one_in"] > 1:
        sampled = f" {looked_at(exposures['one_in'])}"
    return (
        f"Active environments on {exposures['as_of']}. Of {count(exposures['open'])} open advisories "
        f"{count(exposures['looked_at'])} are about a package that was downloaded. Moved on: of those "
        f"exposed at the disclosure.{sampled} No map knows the project of "
        f"{percent(exposures['unknown']['downloads_share'])} of the downloads."
    )


def _lines(exposures: Exposures) -> Iterator[str]:
    yield "\t".join(_COLUMNS)
    for row in exposures["advisories"]:
        yield "\t".join(_fields(row))


def _fields(row: RankedAdvisory) -> list[str]:
    exposed, median = row["exposed"], row["median_days"]["value"]
    return [
        plain(row["id"]),
        row["severity"],
        plain(",".join(row["packages"])),
        str(exposed["observed"]),
        str(exposed["low"]),
        str(exposed["high"]),
        "-" if row["upgraded_share"]["value"] is None else f"{row['upgraded_share']['value']:.4f}",
        "-" if median is None else f"{median:g}",
    ]
