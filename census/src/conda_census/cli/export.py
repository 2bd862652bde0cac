"""Command ``conda-census export``: write public download counts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from conda_census.cli.options import JsonOption, LakeOption, SinceOption, UntilOption, complain, period_of
from conda_census.cli.verbosity import QuietOption, VerboseOption, verbosity_of
from conda_census.config import load_settings
from conda_census.errors import CensusError

__all__ = ["export"]


def export(
    condastats: Annotated[
        Path,
        typer.Option(
            "--condastats",
            metavar="DIR",
            help="Write hourly and monthly downloads in the layout of Anaconda's public package data.",
        ),
    ],
    lake: LakeOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Write downloads for tools that read Anaconda's public package data."""
    from conda_census.engines.choice import with_gaps
    from conda_census.engines.duckdb_engine import open_lake
    from conda_census.lake.checks.self_check import open_checked
    from conda_census.reports.listings.condastats import export_condastats, what_was_left_out
    from conda_census.reports.render.numbers import cautions
    from conda_census.reports.render.output_files import expect_writable

    verbosity = verbosity_of(quiet, verbose)
    first, last = period_of(since, until)
    settings = load_settings(lake)
    expect_writable([], [condastats], lake=settings.lake)
    opened = open_checked(settings.lake)
    tables = with_gaps(open_lake(opened), opened, settings.holes)
    with verbosity.steps("exporting") as progress:
        exported = export_condastats(tables, condastats, first, last, progress)
    if left_out := what_was_left_out(exported):
        complain(CensusError(left_out))
    for caution in cautions(exported["likely_copies"], exported["unread_logs"], exported["doubtful_logs"]):
        complain(CensusError(caution))
    if as_json:
        typer.echo(json.dumps(exported, ensure_ascii=False))
    else:
        written = (
            f"wrote {exported['files']:,} files with {exported['downloads']:,} downloads "
            f"from {exported['since']} to {exported['until']} into {exported['folder']}"
        )
        verbosity.say([written])
