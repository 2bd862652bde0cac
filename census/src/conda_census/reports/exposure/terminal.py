"""Exposure to one advisory in a terminal, wide or narrow, or in a pipe."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from conda_census.exposure.assessment_schema import BandKeys, CurvePoint, Exposure, StateKeys
from conda_census.reports.exposure.definitions import (
    ACTIVE,
    DEFINITIONS,
    NO_FIX,
    NO_NEED,
    NOT_DOWNLOADED,
    WITHDRAWN,
)
from conda_census.reports.exposure.wording import (
    CURVE_DAYS,
    affected_of,
    are_downloads_known,
    band,
    gaps,
    half_life,
    is_healing_known,
    is_unknown_for_gaps,
    looked_at,
    moved_on,
    unknown_shares,
)
from conda_census.reports.render.numbers import NOT_SAID, count, interval, percent, plain
from conda_census.reports.render.terminal_marks import ASCII, BLOCKS, Marks, bar
from conda_census.reports.render.terminal_parts import number_table, section
from conda_census.reports.usage.notes import notes_on

__all__ = ["show"]

_MOST_ROWS = 10
_MOST_BAR, _LEAST_BAR = 30, 5
#: The width of the other columns of the curve.
_BESIDE_BAR = 42


def show(exposure: Exposure, console: Console) -> None:
    """Print the exposure as wide as the console; text from records and logs is printed literally."""
    marks = ASCII if console.options.ascii_only else BLOCKS
    longest = min(_MOST_BAR, console.width - _BESIDE_BAR)
    console.print(_head(exposure))
    console.print(_exposed(exposure))
    console.print(_healed(exposure, marks, longest))
    console.print(_fix(exposure))
    console.print(_still_downloaded(exposure))
    console.print(_cannot_see(exposure))


def _head(exposure: Exposure) -> RenderableType:
    advisory = exposure["advisory"]
    lines = [Text(plain(f"{advisory['id']}  {advisory['severity']}"), style="bold")]
    if advisory["summary"] and advisory["summary"] != advisory["id"]:
        lines.append(Text(plain(advisory["summary"])))
    lines += [
        _quiet(f"{package['conda_name']} {affected_of(package)} (by {package['map']})")
        for package in advisory["packages"]
    ]
    if advisory["withdrawn"]:
        lines.append(Text(WITHDRAWN, style="bold"))
    if advisory["bundled"]:
        lines.append(_quiet(f"also within {', '.join(advisory['bundled'])}, of which no version tells"))
    lines.append(_quiet(f"disclosed {exposure['disclosed']}, seen on {exposure['as_of']}"))
    if unknown := gaps(exposure):
        lines.append(Text(unknown, style="bold"))
    if exposure["one_in"] > 1:
        lines.append(_quiet(looked_at(exposure["one_in"])))
    return Group(Text(), *lines)


def _exposed(exposure: Exposure) -> RenderableType:
    table = number_table("Class", "At the least", "Observed", "At the most")
    by_class = exposure["by_class"]
    for name, numbers in (
        ("lasting", by_class["lasting"]),
        ("ephemeral", by_class["ephemeral"]),
        ("image", by_class["image"]),
        ("new", by_class["new"]),
    ):
        table.add_row(name, *_numbers(numbers))
    table.add_row("all", *_numbers(exposure["exposed"]), style="bold")
    return section(
        "Exposed now",
        Text.assemble(
            "Active environments that hold an affected build: ", (band(exposure["exposed"]), "bold")
        ),
        table,
        _quiet(f"{ACTIVE} {DEFINITIONS['band']}"),
        *map(_quiet, notes_on(exposure["notes"], "exposed", "by_class")),
    )


def _healed(exposure: Exposure, marks: Marks, longest: int) -> RenderableType:
    if exposure["as_of"] < exposure["disclosed"]:
        return section("Healed since", _quiet("Not disclosed yet on that day: nobody was at risk."))
    upgraded, as_of = exposure["upgraded_share"], exposure["as_of"]
    sure = (interval(upgraded), "cyan") if is_healing_known(exposure, as_of) else ""
    table = number_table("At risk", "Entered", "Remediated", "Exposed", "Silent")
    table.add_row("at the disclosure", *_states(exposure["prevalent"]))
    table.add_row("later", *_states(exposure["incident"]))
    return section(
        "Healed since",
        table,
        Text.assemble(
            "Of those exposed at the disclosure have moved to an unaffected build: ",
            (moved_on(exposure, as_of), "bold"),
            "  ",
            sure,
        ),
        Text.assemble("Half of them within: ", (half_life(exposure, as_of), "bold")),
        *map(_quiet, notes_on(exposure["notes"], "prevalent", "upgraded_share")),
        _curve(exposure["curve"]["disclosure"], marks, longest),
        _quiet(
            "Kaplan and Meier's estimate, of those exposed at the disclosure. Silence heals nobody: "
            "who was not seen any more leaves the curve, and is counted as silent."
        ),
    )


def _curve(points: list[CurvePoint], marks: Marks, longest: int) -> RenderableType:
    on = {point["day"]: point for point in points}
    table = number_table("Days", "Still exposed", "95 % interval")
    has_bars = longest >= _LEAST_BAR
    if has_bars:
        table.add_column("")
    for day in sorted({*CURVE_DAYS, *(point["day"] for point in points[-1:])}):
        if (point := on.get(day)) is not None:
            low, high = percent(point["low"]), percent(point["high"])
            table.add_row(
                str(day),
                percent(point["share"]),
                f"{low} to {high}",
                *([Text(bar(point["share"], longest, marks), "cyan")] if has_bars else []),
            )
    return table


def _fix(exposure: Exposure) -> RenderableType:
    fix = exposure["fix"]
    if fix is None:
        said = [_quiet(NO_NEED if exposure["exposed"]["high"] == 0 else NO_FIX)]
    else:
        said = [
            Text(plain(fix["command"]), style="bold"),
            _quiet(
                f"from {fix['channel']}, for {', '.join(fix['subdirs']) or 'all platforms'}; "
                f"clears {', '.join(fix['clears'])}"
            ),
        ]
    return section("What to move to", *said, *map(_quiet, notes_on(exposure["notes"], "fix")))


def _still_downloaded(exposure: Exposure) -> RenderableType:
    rows, unknown = exposure["still_downloaded"], notes_on(exposure["notes"], "still_downloaded")
    if not rows:
        nothing = [NOT_DOWNLOADED] if are_downloads_known(exposure) else unknown
        return section("Still downloaded", *map(_quiet, nothing))
    table = number_table("Build", "Tool", "Downloads")
    for row in rows[:_MOST_ROWS]:
        build = f"{row['channel']}/{row['subdir']}/{row['name']}-{row['version']}-{row['build']}"
        table.add_row(Text(plain(build)), Text(plain(row["tool"] or NOT_SAID)), count(row["downloads"]))
    return section("Still downloaded, within the last 30 days", table, *map(_quiet, unknown))


def _cannot_see(exposure: Exposure) -> RenderableType:
    grid = Table.grid(padding=(0, 1, 0, 0))
    is_gap = is_unknown_for_gaps(exposure)
    weighed = [] if is_gap else notes_on(exposure["notes"], "unknown")
    for sentence in (unknown_shares(exposure["unknown"], is_gap=is_gap), *weighed, *exposure["cannot_see"]):
        grid.add_row("-", _quiet(sentence))
    return section("What this cannot see", grid)


def _numbers(numbers: BandKeys) -> list[str]:
    return [count(numbers["low"]), count(numbers["observed"]), count(numbers["high"])]


def _states(states: StateKeys) -> list[str]:
    return [
        count(number)
        for number in (states["entered"], states["remediated"], states["exposed"], states["silent"])
    ]


def _quiet(text: str) -> Text:
    return Text(plain(text), style="dim")
