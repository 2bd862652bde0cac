"""Lists of readings as tables on a terminal and as plain lines in a pipe."""

from __future__ import annotations

from collections.abc import Iterator

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from conda_census.metrics.coverage.completeness import DayRead
from conda_census.reports.listings.source_list import DoubtJson, SourceJson, Sources
from conda_census.reports.render.numbers import completeness, count, days, first_few, plain

__all__ = ["copies_in_words", "doubts_in_words", "plain_lines", "show_sources"]

_COLUMNS = (
    "source",
    "format",
    "lines",
    "requests",
    "dropped",
    "first request",
    "last request",
    "ingested at",
)
#: A line names at most this many logs with their copies.
_MOST_COPIES = 3
#: At most this many reasons for a doubt are shown, each with at most this many logs.
_MOST_DOUBTS, _MOST_LOGS = 8, 3
_DAY_COLUMNS = ("day", "sources", "lines", "requests", "dropped", "state")


def show_sources(listed: Sources, console: Console) -> None:
    """Print tables as wide as the console; names from the lake are printed literally."""
    console.print(_heading(listed))
    if not listed["sources"]:
        return
    console.print(_table_of_sources(listed["sources"]))
    console.print(_table_of_days(listed["by_day"]))


def plain_lines(listed: Sources) -> Iterator[str]:
    """Yield one line for each reading, then one for each day, tab-separated, each under its heading."""
    yield "\t".join(_COLUMNS)
    for source in listed["sources"]:
        fields = (source["source"], source["format"], str(source["lines"]), str(source["requests"]))
        times = (source["first_time"] or "-", source["last_time"] or "-", source["ingested_at"])
        yield "\t".join((*map(plain, fields), "; ".join(_drops(source)) or "-", *times))
    yield ""
    yield "\t".join(_DAY_COLUMNS)
    for day in listed["by_day"]:
        numbers = (day.sources, day.lines, day.requests, day.dropped)
        yield "\t".join((day.day.isoformat(), *map(str, numbers), _state(day)))


def copies_in_words(copies: list[list[str]]) -> str:
    """Say which logs look like copies of each other, and what to do, in one line."""
    alike = [" and ".join(map(plain, names)) for names in copies]
    return (
        f"{first_few(alike, _MOST_COPIES, '; ')} look like copies of each other with other bytes (as many "
        "lines and requests, the same first and last time, and downloads that are there twice), and each "
        "counts: if they are, take all but one out with conda-census sources --forget SOURCE"
    )


def doubts_in_words(doubts: list[DoubtJson]) -> list[str]:
    """Say which logs are in doubt and why, in one line for each reason."""
    logs: dict[str, list[str]] = {}
    for doubt in doubts:
        logs.setdefault(doubt["reason"], []).append(plain(doubt["source"]))
    lines = [f"{first_few(names, _MOST_LOGS)}: {plain(reason)}" for reason, names in logs.items()]
    more = len(lines) - _MOST_DOUBTS
    if more <= 0:
        return lines
    return [*lines[:_MOST_DOUBTS], f"{more:,} more: conda-census sources --json has them all in doubts"]


def _heading(listed: Sources) -> Text:
    window, lines = listed["window"], sum(source["lines"] for source in listed["sources"])
    return Text.assemble(
        "\n", ("What was read", "bold"), "\n", days(window), "\n", (completeness(window, lines), "dim")
    )


def _table_of_sources(sources: list[SourceJson]) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("Source, what was dropped, and the first lines of it", overflow="fold")
    table.add_column("Lines", justify="right", overflow="fold")
    table.add_column("Requests", justify="right", overflow="fold")
    table.add_column("First, last, read (UTC)", no_wrap=True)
    for source in sources:
        name = Text(plain(source["source"]))
        name.append(f"\n{plain(source['format'])}", "cyan")
        if source["first_line"] > 1:
            name.append(f", from line {source['first_line']:,} on", "cyan")
        for drops in _drops(source):
            name.append(f"\n{plain(drops)}", "dim")
        times = [_minute(source[key]) for key in ("first_time", "last_time", "ingested_at")]
        table.add_row(
            name, count(source["lines"]), count(source["requests"]), Text("\n".join(times)), end_section=True
        )
    return table


def _table_of_days(by_day: list[DayRead]) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("Day (UTC)")
    for heading in ("Sources", "Lines", "Requests", "Dropped"):
        table.add_column(heading, justify="right", overflow="fold")
    table.add_column("")
    for day in by_day:
        numbers = (day.sources, day.lines, day.requests, day.dropped)
        table.add_row(
            day.day.isoformat(), *map(count, numbers), Text(_state(day), "" if day.complete else "yellow")
        )
    return table


def _drops(source: SourceJson) -> Iterator[str]:
    for reason, drops in source["dropped"].items():
        first = ", ".join(map(str, drops["first_lines"]))
        more = ", …" if len(drops["first_lines"]) < drops["lines"] else ""
        yield f"{drops['lines']} {reason} (line {first}{more})" if first else f"{drops['lines']} {reason}"


def _state(day: DayRead) -> str:
    if day.state == "declared_hole":
        return plain(f"no log, as declared: {day.reason}" if day.reason else "no log, as declared")
    state = day.state.replace("_", " ")
    return plain(f"{state}: {day.reason}" if day.reason else state)


def _minute(time: str | None) -> str:
    return time[:16].replace("T", " ") if time else "-"
