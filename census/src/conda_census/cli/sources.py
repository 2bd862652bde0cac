"""Command ``conda-census sources``: logs that were read, and days without a log."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from conda_census.cli.options import (
    JsonOption,
    LakeOption,
    SinceOption,
    UntilOption,
    complain,
    day,
    period_of,
)
from conda_census.cli.verbosity import QuietOption, VerboseOption, Verbosity, verbosity_of
from conda_census.config import load_settings
from conda_census.errors import CensusError, one_line

if TYPE_CHECKING:
    from conda_census.engines.lake_tables import LakeTables
    from conda_census.metrics.coverage.window import WindowError
    from conda_census.reports.listings.source_list import Sources

__all__ = ["sources"]

#: Number of logs that are verified by default.
_SAMPLE = 20


def sources(
    lake: LakeOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    verify: Annotated[
        bool,
        typer.Option(
            "--verify",
            help="Read the lake and a sample of its logs again; exit with code 1 if one differs.",
        ),
    ] = False,
    sample: Annotated[
        int | None,
        typer.Option(
            "--sample",
            metavar="N",
            min=1,
            help="With --verify: number of logs to read again, at random. [default: 20]",
        ),
    ] = None,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict",
            help="Exit with code 1 if a day until yesterday has no log and is not a declared hole.",
        ),
    ] = False,
    set_aside: Annotated[
        bool,
        typer.Option(
            "--set-aside",
            help="List the files and objects that were set aside because they cannot be read as a log.",
        ),
    ] = False,
    retry: Annotated[
        list[str] | None,
        typer.Option(
            "--retry",
            metavar="SOURCE",
            help="Let the next ingest try SOURCE again, or all that is set aside. Repeat it for several.",
        ),
    ] = None,
    forget: Annotated[
        str | None,
        typer.Option(
            "--forget",
            metavar="SOURCE",
            help="Remove from the lake what the log SOURCE brought; it counts as unread then.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --forget: only show what would be removed.")
    ] = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """List the logs that were read, their dropped lines, and which days are complete."""
    verbosity = verbosity_of(quiet, verbose)
    _expect_one_task(
        {
            "--forget": forget is not None,
            "--verify": verify,
            "--set-aside or --retry": bool(set_aside or retry),
        }
    )
    _expect_its_task(sample is not None, verify, "--sample", "--verify")
    _expect_its_task(dry_run, forget is not None, "--dry-run", "--forget")
    first, last = period_of(since, until)
    if set_aside or retry:
        _set_aside(lake, retry or [], verbosity, as_json=as_json)
        return
    if forget is not None:
        _forget(lake, forget, first, last, verbosity, dry_run=dry_run, as_json=as_json)
        return
    if verify:
        _verify(lake, since, until, sample or _SAMPLE, verbosity, as_json=as_json)
        return
    _list(lake, first, last, strict=strict, as_json=as_json, shows=not (quiet and strict))


def _expect_one_task(tasks: dict[str, bool]) -> None:
    """Refuse two tasks, because only one would be done."""
    given = [option for option, is_asked in tasks.items() if is_asked]
    if len(given) > 1:
        raise typer.BadParameter("it cannot be combined with another task", param_hint=given[0])


def _expect_its_task(is_given: bool, has_task: bool, option: str, task: str) -> None:
    if is_given and not has_task:
        raise typer.BadParameter(f"it goes with {task}", param_hint=option)


def _list(
    lake: Path | None, first: date | None, last: date | None, *, strict: bool, as_json: bool, shows: bool
) -> None:
    from conda_census.engines.choice import with_gaps
    from conda_census.engines.duckdb_engine import open_lake
    from conda_census.lake.checks.self_check import open_checked
    from conda_census.metrics.coverage.window import expected_until, known_days
    from conda_census.reports.json_documents import json_text
    from conda_census.reports.listings.source_list import list_what_was_read

    settings = load_settings(lake)
    opened = open_checked(settings.lake)
    tables = with_gaps(open_lake(opened), opened, settings.holes)
    if strict and last is None and (expected := expected_until(tables, datetime.now(UTC).date())):
        last = max(expected, first or expected)  # a monitor has to see that logs stopped coming
    listed = list_what_was_read(tables, first, last)
    if as_json:
        typer.echo(json_text(listed))
    else:
        if shows:  # a monitor asks for the exit code only
            _print(listed)
        _complain_of_logs(listed)
    missing = [listed_day["day"] for listed_day in listed["days"] if listed_day["state"] == "no_log"]
    known_days_of_lake = known_days(tables)
    if first is None and known_days_of_lake.doubtful_begin():
        # The window begins behind them.
        before = (day.isoformat() for day in known_days_of_lake.missing())
        missing = [*(day for day in before if day < listed["days"][0]["day"]), *missing]
    if not missing:
        return
    if not strict and (beyond := _beyond(tables, first, last)):
        complain(beyond)
        raise typer.Exit(1)
    if strict or not as_json:
        _complain_of(missing, tables)
    if strict:
        raise typer.Exit(1)


def _complain_of_logs(listed: Sources) -> None:
    from conda_census.reports.listings.source_text import copies_in_words, doubts_in_words
    from conda_census.reports.render.numbers import unread_logs

    if listed["copies"]:
        complain(CensusError(copies_in_words(listed["copies"])))
    if listed["unread_logs"]:
        complain(CensusError(unread_logs(listed["unread_logs"])))
    for sentence in doubts_in_words(listed["doubts"]):
        complain(CensusError(sentence))


def _complain_of(missing: list[str], tables: LakeTables) -> None:
    from conda_census.reports.render.numbers import unknown_days

    for sentence in unknown_days(map(date.fromisoformat, missing), tables.lost_days):
        complain(CensusError(sentence))


def _print(listed: Sources) -> None:
    from conda_census.reports.listings.source_text import plain_lines, show_sources

    console = Console()
    if console.is_terminal:
        show_sources(listed, console)
        return
    for line in plain_lines(listed):
        typer.echo(line)


def _beyond(tables: LakeTables, first: date | None, last: date | None) -> WindowError | None:
    """Return why a report would refuse these days; nothing if one of them lies between the logs."""
    from conda_census.metrics.coverage.window import WindowError, choose_window, log_times

    begin, newest = log_times(tables)
    if not begin or not newest:
        return None
    if (first and first > newest.date()) or (last and last < begin.date()):
        try:
            choose_window(tables, first, last)
        except WindowError as error:
            return error
    return None


def _set_aside(lake: Path | None, retry: list[str], verbosity: Verbosity, *, as_json: bool) -> None:
    from conda_census.lake.records.set_aside import SetAsideSources
    from conda_census.lake.store import Lake
    from conda_census.logs.sources.files import one_spelling

    sources = SetAsideSources(Lake.open(load_settings(lake).lake))
    listed = sources.read()
    if retry:
        locations = {one_spelling(_absolute(text)) for text in retry}
        retried = [
            entry
            for entry in listed
            if "all" in retry or entry.source in retry or one_spelling(entry.location) in locations
        ]
        if not retried:
            raise CensusError(f"{retry[0]}: not set aside: conda-census sources --set-aside lists what is")
        sources.forget(retried)
        listed = retried
    if as_json:
        rows = [{"source": entry.source, "reason": entry.reason, "since": entry.since} for entry in listed]
        typer.echo(json.dumps({"set_aside": rows}, ensure_ascii=False))
        return
    for entry in listed:
        typer.echo(one_line(f"{entry.source}: {entry.reason} (since {entry.since})"))
    if retry:
        verbosity.say([_tried_again(len(listed), sum(entry.may_be_log for entry in listed))], err=True)


def _tried_again(sources: int, logs: int) -> str:
    """Return what --retry did: ``logs`` of the sources no longer count as unread until the next ingest."""
    tried_again = f"conda-census: the next ingest tries {sources:,} again"
    if not logs:
        return tried_again
    which = "it" if sources == 1 else "them" if sources == logs else f"{logs:,} of them"
    return f"{tried_again}; until then reports do not list {which} as unread"


def _forget(
    lake: Path | None,
    source: str,
    since: date | None,
    until: date | None,
    verbosity: Verbosity,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    from conda_census.decode.pseudonyms import Secrets
    from conda_census.ingest.conversion import converted
    from conda_census.lake.store import Lake
    from conda_census.repair.forgetting import forget
    from conda_census.reports.listings.forgotten_text import forgotten_document, forgotten_lines
    from conda_census.reports.render.numbers import lost_days

    settings = load_settings(lake)
    with verbosity.steps("reading") as progress:
        opened = Lake.open(settings.lake)
        if not dry_run:
            converted(
                opened,
                Secrets(settings.config_folder),
                keep_machines=settings.machines,
                channels=settings.channels,
                progress=progress,
            )
        forgotten = forget(settings, source, progress, since, until, dry_run=dry_run)
    unknown = [] if dry_run else _days_without_log(settings.lake, forgotten.days)
    if as_json:
        document = forgotten_document(forgotten, unknown, dry_run=dry_run)
        typer.echo(json.dumps(document, ensure_ascii=False))
    else:
        lines = forgotten_lines(forgotten, unknown, dry_run=dry_run, names_all=verbosity.verbose)
        if dry_run:
            for line in lines:
                typer.echo(line)
        else:
            verbosity.say(lines)
    if forgotten.lost:
        complain(CensusError(lost_days([day.isoformat() for day in forgotten.lost])))
        raise typer.Exit(1)


def _days_without_log(lake: Path, days: list[date]) -> list[date]:
    """Return those of the days that no longer have a log."""
    from conda_census.engines.duckdb_engine import open_lake
    from conda_census.lake.checks.self_check import open_checked
    from conda_census.metrics.coverage.window import WindowError
    from conda_census.reports.listings.source_list import list_what_was_read

    try:
        states = list_what_was_read(open_lake(open_checked(lake)))["days"]
    except WindowError:
        states = []  # nothing is left at all
    with_log = {
        state_of_day["day"] for state_of_day in states if state_of_day["state"] in {"complete", "provisional"}
    }
    return [day for day in days if day.isoformat() not in with_log]


def _absolute(text: str) -> str:
    return text if "://" in text else str(Path(text).absolute())


def _verify(
    lake: Path | None,
    since: datetime | None,
    until: datetime | None,
    sample: int,
    verbosity: Verbosity,
    *,
    as_json: bool,
) -> None:
    from conda_census.decode.pseudonyms import Secrets
    from conda_census.ingest.verification.log_verification import recorded_readings, verify
    from conda_census.lake.checks.file_reading import FileReading
    from conda_census.lake.checks.file_verification import verify_files
    from conda_census.lake.store import Lake
    from conda_census.logs.formats import formats as known_formats
    from conda_census.reports.listings.verification_text import (
        verification,
        verification_lines,
        what_is_wrong,
    )

    settings = load_settings(lake)
    opened, secrets = Lake.open(settings.lake), Secrets(settings.config_folder)
    opened.expect_key(secrets.key_id())
    with verbosity.steps("reading") as progress:
        files = verify_files(opened, FileReading(progress), day(since), day(until))
    readings = recorded_readings(opened, day(since), day(until)) if files.may_list_readings else []
    with verbosity.steps("reading again") as progress:
        verified = verify(
            readings, sample, secrets.token_key(), known_formats(settings), SystemRandom(), progress
        )
    document = verification(verified, files)
    wrong = what_is_wrong(document, opened.path)
    if as_json:
        typer.echo(json.dumps(document, ensure_ascii=False))
    elif wrong or not verbosity.quiet:
        for line in verification_lines(document, opened.path):
            typer.echo(line)
    for sentence in wrong:
        complain(CensusError(sentence))
    if wrong:
        raise typer.Exit(1)
