"""Usage report in a terminal, wide or narrow, in colour or in a pipe."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from conda_census.metrics.installers import InstallerDownloads
from conda_census.metrics.packages import PackageCount, PackageFile
from conda_census.reports.render.numbers import (
    AGENT_PARTS,
    NOT_KNOWN,
    NOT_SAID,
    completeness,
    count,
    count_of_tokens,
    counted,
    counted_requests,
    days,
    folded,
    how_sure_of_opting_out,
    how_sure_of_tokens,
    interval,
    interval_of_days,
    lacks_tokens,
    last_days,
    newest_request,
    of_days_and_copies,
    of_days_with_a_log,
    percent,
    plain,
    sampled,
)
from conda_census.reports.render.terminal_marks import ASCII, BLOCKS, Marks, bar, course
from conda_census.reports.render.terminal_parts import number_table, section
from conda_census.reports.usage.definitions import BLIND_SPOTS, DEFINITIONS
from conda_census.reports.usage.notes import notes_on
from conda_census.reports.usage.schema import Report
from conda_census.reports.usage.terminal_retention import shaded
from conda_census.reports.usage.totals import installer_products

__all__ = ["show"]

_NARROW_COLUMNS = 60
_MOST_INSTALLER_ROWS = 20
_MOST_PACKAGES = 20
_MOST_VALUES = 4
_ROOMY_BAR = 30


def show(report: Report, console: Console, *, verbose: bool = False) -> None:
    """Print the report as wide as the console; text from logs is printed literally.

    ``verbose``: also print the direction in which each number errs.
    """
    narrow = console.width < _NARROW_COLUMNS
    marks = ASCII if console.options.ascii_only else BLOCKS
    bars = Bars(5 if narrow else min(36, console.width - 44), marks)
    console.print(_head(report))
    console.print(_headlines(report, panels_a_row=1 if narrow else 2))
    console.print(_installations(report))
    console.print(_by_day(report, console.width, marks))
    console.print(_environments(report, bars))
    console.print(_opted_out(report))
    console.print(_retention(report, console.width, marks))
    console.print(_sessions_and_downloads(report))
    console.print(_installers(report, narrow))
    console.print(_packages(report, bars))
    console.print(_agents(report, bars))
    if report.organizations:
        console.print(_organizations(report))
    console.print(_accounting(report))
    console.print(section("What these numbers cannot see", _bullets(BLIND_SPOTS)))
    if verbose:
        sentences = tuple(f"{note.number.replace('_', ' ')}: {note.note}" for note in report.notes)
        console.print(section("Which way each number errs", _bullets(sentences)))
    else:
        console.print(Text.assemble("\nWhich way each number errs: ", ("--verbose", "bold"), " says it."))


@dataclass(frozen=True)
class Bars:
    """Bars of one table: the length of the longest, and its marks."""

    width: int
    marks: Marks

    def __call__(self, share: float | None) -> Text:
        """Return the bar of a share."""
        return Text(bar(share, self.width, self.marks), "cyan")


def _head(report: Report) -> RenderableType:
    window = report.window
    title = Text("Census of conda installations", style="bold")
    of_how_many = [_quiet(sampled(report.sample))] if report.sample else []
    accounting = report.accounting
    state = "; ".join(filter(None, (completeness(window, accounting.lines), newest_request(accounting))))
    left_out = map(_quiet, notes_on(report.notes, "window", "accounting"))
    return Group(Text(), title, Text(days(window)), _quiet(state), *left_out, *of_how_many, Text())


def _headlines(report: Report, panels_a_row: int) -> Table:
    single, opted_out = report.environments.single_share, report.opted_out.share
    split = ", ".join(f"{name} {count(number)}" for name, number in report.installations.by_class.items())
    shares = ", ".join(
        f"{name} {percent(spread.single_share.value)}"
        for name, spread in report.environments.by_class.items()
        if spread.total
    )
    total = count_of_tokens(report.installations.total, report)
    window, sample = report.window, report.sample
    sure = how_sure_of_tokens(sample.installations if sample else None, report)
    of_days = partial(interval_of_days, window=window)
    panels = [
        _panel("Installations", total, sure, "installations", "" if lacks_tokens(report) else split),
        _panel("Single environment", percent(single.value), of_days(single), "single_share", shares),
        _panel("Opted out", percent(opted_out.value), how_sure_of_opting_out(opted_out, report), "opted_out"),
        _panel(
            "Installer downloads",
            count(report.installer_downloads.total),
            counted_requests(report.installer_downloads.total, window, report.accounting),
            "installer_downloads",
            ", ".join(f"{name} {count(number)}" for name, number in installer_products(report).items()),
        ),
    ]
    grid = Table.grid(expand=True)
    for _ in range(panels_a_row):
        grid.add_column(ratio=1)
    for first in range(0, len(panels), panels_a_row):
        grid.add_row(*panels[first : first + panels_a_row])
    return grid


def _panel(title: str, number: str, beside: str, definition: str, split: str = "") -> Panel:
    between = [Text(split)] if split else []
    body = Group(_number(number, beside), *between, _quiet(DEFINITIONS[definition]))
    return Panel(body, title=Text(title, style="bold"), title_align="left", border_style="dim")


def _installations(report: Report) -> RenderableType:
    installations, environments = report.installations, report.environments
    table = number_table("Seen in the last", "Installations")
    for days_back, number in installations.active.items():
        days = last_days(days_back, report.window, report.accounting)
        table.add_row(days, count_of_tokens(number, report))
    classes = number_table("Class", "Installations", "Environments")
    for name, number in installations.by_class.items():
        numbers = (number, environments.by_class[name].total)
        classes.add_row(name, *(count_of_tokens(each, report) for each in numbers))
    whole = (installations.total, environments.total)
    classes.add_row("total", *(count_of_tokens(each, report) for each in whole))
    notes = map(_quiet, notes_on(report.notes, "by_class"))
    return section("Installations", table, _definition("active"), classes, _definition("by_class"), *notes)


def _by_day(report: Report, width: int, marks: Marks) -> RenderableType:
    rows = report.by_day
    if len(rows) <= 1:
        return Text()  # a single day has no course
    grid = Table.grid(padding=(0, 1, 0, 0))
    courses = {
        "Sessions": [row.sessions for row in rows],
        "Active": [None if lacks_tokens(report) else row.installations for row in rows],
        "First seen": [None if lacks_tokens(report) else row.first_seen for row in rows],
        "Downloads": [row.downloads for row in rows],
    }
    for name, numbers in courses.items():
        known = [number for number in numbers if number is not None]
        ends = f"{count(min(known))} to {count(max(known))}" if known else NOT_KNOWN
        room = width - len("First seen ") - len(" 000,000 to 000,000")
        grid.add_row(name, Text(course(numbers, room, marks), "cyan"), ends)
    spread = f"{rows[0].day} to {rows[-1].day}, fewest to most of a day"
    if any(row.sessions is None for row in rows):
        spread += f"; {marks.unknown} is a day without a log, of which nothing is known"
    if any(row.installations is None and row.sessions is not None for row in rows):
        spread += f"; in Active and First seen {marks.unknown} is also a day whose logs hide tokens"
    if any(row.first_seen is None and row.installations is not None for row in rows):
        spread += (
            f"; in First seen {marks.unknown} is also a day soon after one without a log, for who was there "
            "before is not known"
        )
    return section("Day by day", grid, _quiet(spread), _definition("by_day"), _definition("first_seen"))


def _retention(report: Report, width: int, marks: Marks) -> RenderableType:
    lines = shaded(report.retention, width, marks)
    if len(lines) == 1:
        return Text()  # no week was followed by another
    is_all_known = all(each.value is not None for row in report.retention for each in row.active)
    legend = [] if is_all_known else [_quiet(f"{marks.unknown * 2}: not known, for a day has no log.")]
    return section("Coming back, in percent", *lines, *legend, _definition("retention"))


def _environments(report: Report, bars: Bars) -> RenderableType:
    environments, sample = report.environments, report.sample
    whole = sum(environments.per_installation.values())
    table = number_table("Number", "Installations", "Share")
    table.add_column("")
    for label, number in environments.per_installation.items():
        share = number / whole if whole else None
        table.add_row(label, count_of_tokens(number, report), percent(share), bars(share))
    lasting = environments.single_share_lasting
    return section(
        "Environments an installation",
        table,
        _fact(
            "Environments",
            count(environments.total),
            how_sure_of_tokens(sample.environments if sample else None, report),
            "environments",
        ),
        _fact("Single, lasting", percent(lasting.value), interval(lasting), "single_share_lasting"),
        *map(_quiet, notes_on(report.notes, "single_share_lasting")),
    )


def _opted_out(report: Report) -> RenderableType:
    off, tokens = report.opted_out.off, report.opted_out.tokens
    naive = report.opted_out.naive
    table = number_table("By", "Off", "Sharing", "Share")
    for name, off_count, tokens_count, naive_share in (
        ("requests", off.requests, tokens.requests, naive.requests),
        ("sessions", off.sessions, tokens.sessions, naive.sessions),
        ("visitor-days", off.visitor_days, tokens.visitor_days, naive.visitor_days),
    ):
        table.add_row(name, count(off_count), count(tokens_count), percent(naive_share))
    share, calibration = report.opted_out.share, report.opted_out.calibration
    shared = f"in {count(tokens.visitor_days)} visitor-days"
    return section(
        "Opting out",
        _fact("Estimated share of installations", percent(share.value), interval(share), "opted_out"),
        _fact("Installation-days", count(calibration.installation_days), shared, "calibration"),
        Text("Naive shares"),
        table,
        _definition("naive"),
        _definition("visitor_days"),
    )


def _sessions_and_downloads(report: Report) -> RenderableType:
    sessions, downloads = report.sessions, report.downloads
    return section(
        "Sessions and downloads",
        _fact(
            "Sessions",
            count(sessions.total),
            "from the sample" if report.sample else counted(report.window),
            "sessions",
        ),
        _fact(
            "Sessions without token",
            count(sessions.without_token),
            folded(report.window),
            "without_token",
        ),
        _fact(
            "Package downloads",
            count(downloads.total),
            counted_requests(downloads.total, report.window, report.accounting),
            "downloads",
        ),
    )


def _installers(report: Report, narrow: bool) -> RenderableType:
    rows = report.installer_downloads.rows
    if not rows:
        return section("Installer downloads", _quiet("No installer was downloaded in these days."))
    shown = sorted(rows, key=lambda row: -row.downloads)[:_MOST_INSTALLER_ROWS]
    table = _narrow_installers(shown) if narrow else _wide_installers(shown)
    left = len(rows) - len(shown)
    rest = [_quiet(f"The largest {len(shown)} of {count(len(rows))} rows; --json has all.")] if left else []
    return section("Installer downloads", table, *rest, *_of_days_and_copies(report))


def _wide_installers(rows: list[InstallerDownloads]) -> Table:
    table = number_table("Month")
    for heading in ("Installer", "Platform", "Agent"):
        table.add_column(heading, overflow="fold")
    table.add_column("Downloads", justify="right", overflow="fold")
    for row in rows:
        installer = Text(plain(f"{row.product} {row.version}"))
        platform, agent = Text(plain(row.platform)), Text(row.agent)
        table.add_row(row.period, installer, platform, agent, count(row.downloads))
    return table


def _narrow_installers(rows: list[InstallerDownloads]) -> Table:
    table = number_table("Installer", "Downloads")
    for row in rows:
        lines = (f"{row.product} {row.version}", row.platform, f"{row.period}, {row.agent}")
        installer = Text("\n".join(plain(line) for line in lines))
        table.add_row(installer, count(row.downloads), end_section=True)
    return table


def _packages(report: Report, bars: Bars) -> RenderableType:
    top, versions = report.packages.top, report.packages.package
    if versions is not None:
        rows: list[tuple[str, PackageCount | PackageFile]] = [
            (f"{row.version}\n{row.channel}/{row.subdir}", row) for row in versions
        ]
    else:
        rows = [(row.name, row) for row in top[:_MOST_PACKAGES]]
    if not rows:
        return section("Packages", _quiet("No package was downloaded in these days."))
    table = number_table(
        "Package" if versions is None else "Version", "Environments", "Installations", "Downloads"
    )
    if _roomy(bars):
        table.add_column("")
    most = max(row.environments for _, row in rows) or 1
    for said, row in rows:
        table.add_row(_lines(said), *_uses(row), *_bar(bars, row.environments / most))
    name = report.packages.name
    heading = "Packages" if name is None else f"Package {plain(name)}"
    return section(heading, table, *_of_days_and_copies(report), _definition("packages"))


def _of_days(report: Report) -> list[Text]:
    said = of_days_with_a_log(report.window)
    return [_quiet(said)] if said else []


def _of_days_and_copies(report: Report) -> list[Text]:
    said = of_days_and_copies(report.window, report.accounting.likely_copies)
    return [_quiet(said)] if said else []


def _uses(row: PackageCount | PackageFile) -> tuple[str, str, str]:
    return count(row.environments), count(row.installations), count(row.downloads)


def _roomy(bars: Bars) -> bool:
    """Return whether a table with names and three numbers has room for bars."""
    return bars.width >= _ROOMY_BAR


def _bar(bars: Bars, share: float) -> list[Text]:
    return [Bars(bars.width // 2, bars.marks)(share)] if _roomy(bars) else []


def _agents(report: Report, bars: Bars) -> RenderableType:
    table = number_table("Agent", "Installations", "Sessions")
    if _roomy(bars):
        table.add_column("")
    for part, name in AGENT_PARTS.items():
        for row in report.agents[part][:_MOST_VALUES]:
            said = " ".join(value for value in row.values if value) or NOT_SAID
            numbers = count(row.installations), count(row.sessions)
            share = row.installations / (report.installations.total or 1)
            table.add_row(_lines(f"{name}: {said}"), *numbers, *_bar(bars, share))
    return section("Agents", table, *_of_days(report), _definition("agents"))


def _organizations(report: Report) -> RenderableType:
    table = number_table("Organisation", "Installations", "Sessions", "Downloads")
    for row in report.organizations:
        numbers = count(row.installations), count(row.sessions), count(row.downloads)
        table.add_row(_lines(row.name), *numbers)
    return section("Organisations", table, *_of_days_and_copies(report), _definition("organizations"))


def _lines(text: str) -> Text:
    return Text("\n".join(plain(line) for line in text.split("\n")))


def _accounting(report: Report) -> RenderableType:
    accounting = report.accounting
    identity = Text.assemble(
        (count(accounting.lines), "bold"),
        " lines = ",
        (count(accounting.requests), "bold"),
        " requests + ",
        (count(sum(accounting.dropped.values())), "bold"),
        " dropped",
    )
    parts: list[RenderableType] = [identity, _definition("accounting")]
    if accounting.dropped:
        table = number_table("Reason", "Dropped lines")
        for reason, number in accounting.dropped.items():
            table.add_row(Text(plain(reason)), count(number))
        parts.append(table)
    other = percent(accounting.other_share)
    malformed, unknown = count(accounting.malformed_tokens), count(accounting.unknown_tokens)
    parts.append(_fact("Other requests", other, "of the requests", "other_share"))
    parts.append(_fact("Malformed tokens", malformed, "requests", "malformed_tokens"))
    parts.append(_fact("Unknown tokens", unknown, "requests", "unknown_tokens"))
    return section("How it was counted", *parts)


def _bullets(texts: tuple[str, ...]) -> Table:
    grid = Table.grid(padding=(0, 1, 0, 0))
    for text in texts:
        grid.add_row("-", _quiet(text))
    return grid


def _fact(name: str, number: str, beside: str, definition: str) -> RenderableType:
    line = Text.assemble(name, "  ", _number(number, beside))
    return Padding(Group(line, _definition(definition)), (0, 0, 1, 0))


def _number(number: str, beside: str) -> Text:
    return Text.assemble((number, "bold"), "  ", (beside, "cyan"))


def _definition(name: str) -> Text:
    return _quiet(DEFINITIONS[name])


def _quiet(text: str) -> Text:
    return Text(text, style="dim")
