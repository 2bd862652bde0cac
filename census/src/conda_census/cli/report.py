"""Command ``conda-census report``: the numbers of a lake, with definitions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from conda_census.cli.options import (
    EngineOption,
    JsonOption,
    LakeOption,
    OneInOption,
    SinceOption,
    TitleOption,
    UntilOption,
    complain,
    engine_of,
    period_of,
    sample_of,
)
from conda_census.cli.verbosity import QuietOption, say_how_long, verbosity_of
from conda_census.config import load_settings
from conda_census.errors import CensusError, one_line
from conda_census.extras import expect_extra

__all__ = ["report"]


def report(
    lake: LakeOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    as_json: JsonOption = False,
    html: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the report as an HTML page that needs no network."),
    ] = None,
    svg: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write each chart to this folder as SVG.")
    ] = None,
    png: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write each chart to this folder as PNG.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write each table to this folder as CSV.")
    ] = None,
    parquet: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write each table to this folder as Parquet.")
    ] = None,
    top: Annotated[
        int, typer.Option("--top", metavar="N", min=1, help="Number of packages to list by each measure.")
    ] = 20,
    package: Annotated[
        str | None, typer.Option("--package", metavar="NAME", help="Show all versions of this package.")
    ] = None,
    title: TitleOption = None,
    one_in: OneInOption = None,
    engine: EngineOption = None,
    quiet: QuietOption = False,
    verbose: Annotated[
        bool,
        typer.Option(
            "--verbose",
            help="Also show how each number is biased, and each step with its duration.",
            callback=say_how_long,
        ),
    ] = False,
) -> None:
    """Show installations, environments and downloads, each number with its definition."""
    from conda_census.engines.choice import opened
    from conda_census.lake.checks.self_check import open_checked
    from conda_census.lake.organizations import named_organizations
    from conda_census.metrics.coverage.accounting import lines_read, why_nothing_is_known
    from conda_census.reports.json_documents import json_text
    from conda_census.reports.render.about import About
    from conda_census.reports.render.numbers import completeness
    from conda_census.reports.render.output_files import expect_writable
    from conda_census.reports.usage.build import make_report
    from conda_census.reports.usage.headline import report_headline
    from conda_census.reports.usage.notes import notes_on
    from conda_census.reports.usage.report_files import Wanted, write_files
    from conda_census.reports.usage.terminal import show

    verbosity = verbosity_of(quiet, verbose)
    first, last = period_of(since, until)
    settings, sample = load_settings(lake, engine=engine_of(engine)), sample_of(one_in)
    if html or svg or png:
        expect_extra("charts")
    expect_writable([html], [svg, png, csv, parquet], lake=settings.lake)
    lake_opened = open_checked(settings.lake)
    organizations = named_organizations(lake_opened, settings)
    with opened(lake_opened, settings.engine, settings.holes) as tables:
        if not lines_read(tables.sources):
            raise CensusError(f"{settings.lake}: {why_nothing_is_known(tables)}")
        document = make_report(
            tables, first, last, top=top, package=package, sample=sample, organizations=organizations
        )
    if as_json:
        typer.echo(json_text(document))
    elif not (quiet and (html or svg or png or csv or parquet)):
        show(document, Console(), verbose=verbose)
    else:  # what the header says is a warning, and nobody sees the header
        if document.window.days_without_log:
            complain(CensusError(completeness(document.window)))
        for note in notes_on(document.notes, "window", "accounting"):
            complain(CensusError(note.removesuffix(".")))
    places = write_files(
        document,
        Wanted(html, svg, png, csv, parquet),
        verbosity.steps,
        About.now(title or settings.title),
    )
    if written := ", ".join(dict.fromkeys(map(str, places))):
        verbosity.say([one_line(f"wrote {written}: {report_headline(document)}")], err=True)
