"""Command ``conda-census sql``: own queries on the lake, in one go or in a shell."""

from __future__ import annotations

import contextlib
import signal
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from conda_census.cli.edge import print_traceback_if_asked, told
from conda_census.cli.options import (
    JsonOption,
    LakeOption,
    SinceOption,
    UntilOption,
    complain,
    period_of,
)
from conda_census.cli.verbosity import QuietOption, VerboseOption, verbosity_of
from conda_census.config import load_settings
from conda_census.errors import CensusError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conda_census.reports.listings.sql_views import OwnQueries

__all__ = ["sql"]

#: Exit code of a program that Ctrl-C ends: 128 and the number of the signal.
_BY_CTRL_C = 130
_INTERRUPTED = CensusError("interrupted: what was answered before stands above")
_HELP = "A query ends with a semicolon. .views lists the views, .quit or Ctrl-D ends."


def sql(
    query: Annotated[
        str | None,
        typer.Argument(
            metavar="[QUERY]", help="SQL to run. [default: standard input; a shell if that is a terminal]"
        ),
    ] = None,
    lake: LakeOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    views: Annotated[
        bool, typer.Option("--views", help="Print the CREATE VIEW statements, for your own DuckDB.")
    ] = False,
    as_json: JsonOption = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV to standard output.")] = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Query the lake with SQL: its current tables and the report's definitions, as views."""
    verbosity_of(quiet, verbose)
    if as_json and as_csv:
        raise typer.BadParameter("choose one of --json and --csv", param_hint="--csv")
    if views and (query is not None or as_json or as_csv):
        raise typer.BadParameter("it prints statements and takes no query", param_hint="--views")
    from conda_census.lake.checks.self_check import open_checked
    from conda_census.reports.listings.query_text import print_csv, print_json, print_text
    from conda_census.reports.listings.sql_views import OwnQueries

    first, last = period_of(since, until)
    settings = load_settings(lake)
    place = settings.lake.absolute() if views else settings.lake  # views are for a program in any folder
    queries = OwnQueries(open_checked(place), settings.holes, first, last)
    if views:
        _print_views(queries, settings.lake)
        return
    for caution in _cautions(queries):
        typer.echo(f"conda-census: {caution}", err=True)
    if query is None and sys.stdin.isatty() and not (as_json or as_csv):
        _shell(queries, quiet=quiet)
        return
    text = _standard_input() if query is None else query
    show = print_json if as_json else print_csv if as_csv else print_text
    try:
        for position, answer in enumerate(queries.run(text, at_most=1 if as_json or as_csv else None)):
            if position:
                typer.echo()
            show(answer.columns, answer, sys.stdout)
            sys.stdout.flush()
    except KeyboardInterrupt:
        complain(_INTERRUPTED)
        raise typer.Exit(_BY_CTRL_C) from None


def _print_views(queries: OwnQueries, lake: Path) -> None:
    lines = [
        f"-- The views of the lake {lake.absolute()} as it is now.",
        "-- What ingest brings later is not in them, and what compact replaces is deleted some days later:",
        "-- print and run them again then.",
    ]
    lines += [f"-- {caution}" for caution in _cautions(queries)]
    typer.echo("\n".join([*lines, "SET TimeZone = 'UTC';", "", "\n\n".join(queries.statements.values())]))


def _cautions(queries: OwnQueries) -> Iterator[str]:
    """Return what makes numbers wrong: unknown days, copies of logs, unread or doubtful logs.

    The views of tables hold the whole lake, so that all logs of the lake count, not only those of the window.
    """
    from conda_census.reports.render.numbers import cautions

    if queries.nothing_known:
        yield queries.nothing_known
    yield from _unknown_days(queries)
    yield from cautions(queries.copies, queries.unread_logs, queries.doubtful_logs)


def _unknown_days(queries: OwnQueries) -> Iterator[str]:
    """Return warnings about unknown days: in the window, before it if views look back, and in the tables."""
    from conda_census.reports.render.numbers import first_days

    since, until, window = queries.window.since, queries.window.until, queries.window
    if since is None or until is None:
        return
    if missing := window.days_without_log:
        yield (
            f"{len(missing)} of the {(until - since).days + 1} days from {since} to {until} have no log, "
            "so that nothing is known of them: the view days names them"
        )
    if before := window.days_unknown_before:
        yield (
            f"{len(before):,} day{'s' if len(before) > 1 else ''} before {since} "
            f"{'have' if len(before) > 1 else 'has'} no log ({first_days(before)}): class, is_baked, weeks, "
            "first_day and first_time of installations and environments, and first_seen of by_day look back, "
            "and may be wrong"
        )
    if outside := queries.days_outside:
        yield (
            f"{len(outside):,} day{'s' if len(outside) > 1 else ''} outside of {since} to {until} "
            f"{'have' if len(outside) > 1 else 'has'} no log ({first_days(outside)}): the tables sessions, "
            "downloads, installer_downloads and sources hold all days of the lake, and lack "
            f"{'these' if len(outside) > 1 else 'this one'}"
        )


def _standard_input() -> str:
    """Return everything from standard input. Running the query reports bytes that are not UTF-8."""
    return sys.stdin.buffer.read().decode(errors="surrogateescape")


def _shell(queries: OwnQueries, *, quiet: bool) -> None:
    """Read queries from a terminal and answer them. An invalid query does not end the shell."""
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401  input() edits lines with it

    window = queries.window
    days = f"of {window.since} to {window.until}" if window.since else "without any day"
    if not quiet:
        typer.echo(f"The lake as it is now, {days}. {_HELP}", err=True)
    ctrl_c = signal.getsignal(signal.SIGINT)
    text = ""
    while True:
        # Ctrl-C breaks off a query, as often as it is pressed; during one query the second time is the end.
        signal.signal(signal.SIGINT, ctrl_c)
        try:
            line = _read_line("     ...> " if text else "census> ")
            word = line.strip().rstrip(";") if not text else ""
            if word in {".quit", ".exit", "quit", "exit"}:
                return
            if word.startswith("."):
                _list_views()
                continue
            text += line + "\n"
            if text.strip().endswith(";"):
                complete, text = text, ""
                if complete.strip(" \n;"):
                    _answer(queries, complete)
            elif not text.strip():
                text = ""
        except KeyboardInterrupt:
            text = ""
            typer.echo()
        except EOFError:
            typer.echo()
            return


def _read_line(prompt: str) -> str:
    if sys.stdout.isatty():
        return input(prompt)
    # What is asked is not part of the answer.
    typer.echo(prompt, nl=False, err=True)
    return input()


def _list_views() -> None:
    from conda_census.reports.listings.sql_views import VIEWS

    width = max(map(len, VIEWS))
    typer.echo("\n".join(f"{name:{width}}  {of}" for name, of in VIEWS.items()) + f"\n{_HELP}")


def _answer(queries: OwnQueries, text: str) -> None:
    from conda_census.reports.listings.query_text import print_text

    try:
        for answer in queries.run(text):
            print_text(answer.columns, answer, sys.stdout)
            sys.stdout.flush()
    except CensusError as error:
        complain(error)
    except KeyboardInterrupt:
        typer.echo()
        complain(_INTERRUPTED)
    except OSError:
        raise  # of the terminal
    except Exception as problem:  # noqa: BLE001  the shell goes on
        print_traceback_if_asked()
        complain(told(problem))
