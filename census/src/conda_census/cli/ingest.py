"""Command ``conda-census ingest``: read access logs into the lake."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from conda_census.cli.options import JsonOption, LakeOption, complain
from conda_census.cli.process import let_arrow_do_without_pandas
from conda_census.cli.verbosity import QuietOption, VerboseOption, Verbosity, verbosity_of
from conda_census.config import Settings, load_settings
from conda_census.errors import CensusError, one_line

if TYPE_CHECKING:  # a command imports what it alone needs
    from conda_census.ingest.summary import Summary

__all__ = ["ingest"]

#: At most this many waiting files are named on standard error. The JSON lists all of them.
_WAITING_TOLD = 5


def ingest(
    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATH", help="Access logs, folders, globs, or - for standard input."),
    ],
    lake: LakeOption = None,
    format_name: Annotated[
        str,
        typer.Option("--format", metavar="NAME", help="auto, or a name from conda-census formats."),
    ] = "auto",
    writer: Annotated[
        str | None,
        typer.Option(
            "--writer",
            metavar="NAME",
            help="Name of this writer, if several write at once. [env: CENSUS_WRITER] [default: main]",
        ),
    ] = None,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict",
            help="Exit with code 1 if a file is set aside, a log has no request or is read in part, or a day "
            "has no log; with 3 if the share of dropped lines changed.",
        ),
    ] = False,
    exclude: Annotated[
        list[str] | None,
        typer.Option(
            "--exclude",
            metavar="GLOB",
            help="Skip files and folders whose name matches, or whose path does if GLOB has a slash.",
        ),
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="Keep reading new lines until SIGTERM or Ctrl-C.")
    ] = False,
    interval_s: Annotated[
        float,
        typer.Option(
            "--interval", metavar="SECONDS", min=0.1, help="Seconds to wait before looking for new lines."
        ),
    ] = 60,
    group_readable: Annotated[
        bool | None,
        typer.Option(
            "--group-readable/--no-group-readable",
            help="Let your group read the lake, from now on. [default: unchanged; no for a new lake]",
            show_default=False,
        ),
    ] = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Read access logs into the lake. Each line counts exactly once."""
    from conda_census.ingest.follow import follow as run_again
    from conda_census.ingest.follow import stop_on_signals
    from conda_census.ingest.pipeline import ingest as run
    from conda_census.logs.formats import formats as known_formats
    from conda_census.logs.sources.standard_input import STANDARD_INPUT
    from conda_census.progress import shown_progress
    from conda_census.steps import print_step

    let_arrow_do_without_pandas()
    verbosity = verbosity_of(quiet, verbose)
    settings = load_settings(lake, writer)
    settings = replace(settings, exclude=(*settings.exclude, *(exclude or ())))
    names = ("auto", *known_formats(settings))
    if format_name not in names:
        raise typer.BadParameter(f"choose one of {', '.join(names)}", param_hint="--format")
    if follow and STANDARD_INPUT in paths:
        raise typer.BadParameter("- cannot be followed: standard input ends", param_hint="--follow")
    if follow and strict:
        raise typer.BadParameter("a run with --follow ends only when you stop it", param_hint="--strict")

    def print_converting(what: str, *, done: int, of: int) -> None:
        if verbosity.shows_steps(console := Console(stderr=True)):
            print_step(console, "converting", what, done, of)

    def ingest_once(stop: Callable[[], bool] = lambda: False) -> Summary:
        console = Console(stderr=True)
        with shown_progress(console, shows=verbosity.shows_steps(console)) as progress:
            return run(
                paths, settings, format_name, progress, stop, print_converting, group_readable=group_readable
            )

    if follow:
        with stop_on_signals() as stop:
            run_again(
                lambda: ingest_once(stop),
                lambda told: _tell(told, as_json, verbosity),
                complain,
                stop,
                interval_s,
            )
        return
    summary = ingest_once()
    verbosity.complain_of(summary.errors)
    _tell(summary, as_json, verbosity, strict=strict)
    missing = _days_without_log(settings) if strict else ()
    for sentence in missing:
        complain(CensusError(sentence))
    if code := 1 if missing else summary.exit_code(strict=strict):
        raise typer.Exit(code)


def _days_without_log(settings: Settings) -> list[str]:
    """Return a line for the days without a log, and one for the lost days."""
    from conda_census.engines.choice import with_gaps
    from conda_census.engines.duckdb_engine import open_lake
    from conda_census.lake.store import Lake
    from conda_census.metrics.coverage.window import known_days
    from conda_census.reports.render.numbers import unknown_days

    lake = Lake.open(settings.lake)
    tables = with_gaps(open_lake(lake), lake, settings.holes)
    return unknown_days(known_days(tables).missing(), tables.lost_days)


def _tell(summary: Summary, as_json: bool, verbosity: Verbosity, *, strict: bool = False) -> None:
    if strict and summary.set_aside and (as_json or verbosity.quiet):  # else the last line says it
        complain(CensusError(summary.set_aside_sentence()))
    for move in summary.drift:
        typer.echo(f"conda-census: {one_line(move.sentence())}", err=True)
    for warning in summary.warning_sentences():
        typer.echo(f"conda-census: {one_line(warning)}", err=True)
    waiting_shown = summary.waiting if verbosity.verbose else summary.waiting[:_WAITING_TOLD]
    for waiting in waiting_shown:
        typer.echo(f"conda-census: {one_line(waiting.sentence())}", err=True)
    if as_json:
        typer.echo(json.dumps(summary.to_json()))
    elif not verbosity.quiet:
        Console(stderr=True).print(summary.sentence(), highlight=False, soft_wrap=True)
