"""How does the exposure to one advisory look in a terminal, wide or narrow, or in a pipe?"""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from conda_census.exposure.shape import BandKeys, CurvePoint, Exposure, StateKeys
from conda_census.report.exposure_definitions import ACTIVE, DEFINITIONS, NO_FIX, NO_PACKAGE
from conda_census.report.exposure_wording import CURVE_DAYS, band, days_of, looked_at, unknown_shares
from conda_census.report.terminal_marks import ASCII, BLOCKS, Marks, bar
from conda_census.report.wording import NOT_SAID, count, interval, percent, plain

__all__ = ["show"]

_MOST_ROWS = 10
_MOST_BAR = 30


def show(exposure: Exposure, console: Console) -> None:
    """Prints it as wide as the console is; text of records and logs is printed as text and nothing else."""
    marks = ASCII if console.options.ascii_only else BLOCKS
    console.print(_head(exposure))
    console.print(_exposed(exposure))
    console.print(_healed(exposure, marks))
    console.print(_fix(exposure))
    console.print(_still_downloaded(exposure))
    console.print(_cannot_see(exposure))


def _head(exposure: Exposure) -> RenderableType:
    advisory = exposure["advisory"]
    lines = [Text(plain(f"{advisory['id']}  {advisory['severity']}"), style="bold")]
    if advisory["summary"] and advisory["summary"] != advisory["id"]:
        lines.append(Text(plain(advisory["summary"])))
    lines += [
        _quiet(f"{package['conda_name']} {' or '.join(package['affected'])} (by {package['map']})")
        for package in advisory["packages"]
    ]
    if not advisory["packages"]:
        lines.append(Text(NO_PACKAGE, style="bold"))
    lines.append(_quiet(f"disclosed {exposure['disclosed']}, seen on {exposure['as_of']}"))
    if exposure["one_in"] > 1:
        lines.append(_quiet(looked_at(exposure["one_in"])))
    return Group(Text(), *lines)


def _exposed(exposure: Exposure) -> RenderableType:
    table = _table("Class", "At the least", "Observed", "At the most")
    by_class = exposure["by_class"]
    for name, numbers in (
        ("lasting", by_class["lasting"]),
        ("ephemeral", by_class["ephemeral"]),
        ("image", by_class["image"]),
        ("new", by_class["new"]),
    ):
        table.add_row(name, *_numbers(numbers))
    table.add_row("all", *_numbers(exposure["exposed"]), style="bold")
    return _section(
        "Exposed now",
        Text.assemble(
            "Active environments that hold an affected build: ", (band(exposure["exposed"]), "bold")
        ),
        table,
        _quiet(f"{ACTIVE} {DEFINITIONS['band']}"),
    )


def _healed(exposure: Exposure, marks: Marks) -> RenderableType:
    upgraded, median = exposure["upgraded_share"], exposure["median_days"]
    table = _table("", "Entered", "Remediated", "Exposed", "Silent")
    table.add_row("exposed at the disclosure", *_states(exposure["prevalent"]))
    table.add_row("exposed since", *_states(exposure["incident"]))
    return _section(
        "Healed since",
        table,
        Text.assemble(
            "Of those exposed at the disclosure have moved to an unaffected build: ",
            (percent(upgraded["value"]), "bold"),
            "  ",
            (interval(upgraded), "cyan"),
        ),
        Text.assemble("Half of them within: ", (days_of(median["value"]), "bold")),
        _curve(exposure["curve"]["disclosure"], marks),
        _quiet(
            "Kaplan and Meier's estimate, of those exposed at the disclosure. Silence heals nobody: "
            "who was not seen any more leaves the curve, and is counted as silent."
        ),
    )


def _curve(points: list[CurvePoint], marks: Marks) -> RenderableType:
    on = {point["day"]: point for point in points}
    table = _table("Days", "Still exposed", "95 % interval")
    table.add_column("")
    for day in (*CURVE_DAYS, *([points[-1]["day"]] if points else [])):
        if (point := on.get(day)) is not None:
            low, high = percent(point["low"]), percent(point["high"])
            table.add_row(
                str(day),
                percent(point["share"]),
                f"{low} to {high}",
                Text(bar(point["share"], _MOST_BAR, marks), "cyan"),
            )
    return table


def _fix(exposure: Exposure) -> RenderableType:
    fix = exposure["fix"]
    if fix is None:
        said = [_quiet(NO_FIX)]
    else:
        said = [
            Text(plain(fix["command"]), style="bold"),
            _quiet(f"for {', '.join(fix['subdirs']) or 'noarch'}; clears {', '.join(fix['clears'])}"),
        ]
    return _section("What to move to", *said)


def _still_downloaded(exposure: Exposure) -> RenderableType:
    rows = exposure["still_downloaded"]
    if not rows:
        return _section("Still downloaded", _quiet("No affected build within the last 30 days."))
    table = _table("Build", "Tool", "Downloads")
    for row in rows[:_MOST_ROWS]:
        build = f"{row['channel']}/{row['subdir']}/{row['name']}-{row['version']}-{row['build']}"
        table.add_row(Text(plain(build)), Text(plain(row["tool"] or NOT_SAID)), count(row["downloads"]))
    return _section("Still downloaded, within the last 30 days", table)


def _cannot_see(exposure: Exposure) -> RenderableType:
    grid = Table.grid(padding=(0, 1, 0, 0))
    for sentence in (unknown_shares(exposure["unknown"]), *exposure["cannot_see"]):
        grid.add_row("-", _quiet(sentence))
    return _section("What this cannot see", grid)


def _numbers(numbers: BandKeys) -> list[str]:
    return [count(numbers["low"]), count(numbers["observed"]), count(numbers["high"])]


def _states(states: StateKeys) -> list[str]:
    return [
        count(number)
        for number in (states["entered"], states["remediated"], states["exposed"], states["silent"])
    ]


def _section(title: str, *parts: RenderableType) -> RenderableType:
    return Group(Text(), Rule(Text(title, style="bold"), align="left", style="dim"), *parts)


def _table(first: str, *others: str) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column(first, overflow="fold")
    for heading in others:
        table.add_column(heading, justify="right", overflow="fold")
    return table


def _quiet(text: str) -> Text:
    return Text(plain(text), style="dim")
