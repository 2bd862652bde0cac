"""Command ``conda-census exposures``: advisories ranked by exposed environments."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from conda_census.cli.exposure import AsOfOption
from conda_census.cli.options import (
    EngineOption,
    JsonOption,
    LakeOption,
    OneInOption,
    SeverityOption,
    complain,
    day,
    engine_of,
    sample_of,
    severities_of,
)
from conda_census.cli.verbosity import QuietOption, VerboseOption, verbosity_of
from conda_census.config import load_settings
from conda_census.errors import CensusError
from conda_census.extras import expect_extra

__all__ = ["exposures"]


def exposures(
    as_of: AsOfOption = None,
    top: Annotated[int, typer.Option("--top", metavar="N", min=1, help="Number of advisories to list.")] = 20,
    severity: SeverityOption = None,
    lake: LakeOption = None,
    as_json: JsonOption = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            metavar="FILE",
            help="Write the JSON to this file; it is replaced only if all of it was written.",
        ),
    ] = None,
    engine: EngineOption = None,
    one_in: OneInOption = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """List advisories by exposed environments, then by how slowly these are remediated."""
    expect_extra("advisories")

    from conda_census.engines.choice import opened
    from conda_census.exposure.assessment_inputs import last_day
    from conda_census.exposure.ranking import rank_exposures
    from conda_census.exposure.remediation_curves import greenwood_estimate
    from conda_census.lake.checks.self_check import open_checked
    from conda_census.reports.exposure.ranking_text import lines, show, summary
    from conda_census.reports.exposure.wording import gaps
    from conda_census.reports.json_documents import json_text
    from conda_census.reports.render.output_files import expect_writable, write_whole
    from conda_census.vulnerabilities.database import read_database

    verbosity = verbosity_of(quiet, verbose)
    settings, sample, severities = (
        load_settings(lake, engine=engine_of(engine)),
        sample_of(one_in),
        severities_of(severity),
    )
    expect_writable([output], lake=settings.lake)
    found = open_checked(settings.lake)
    known = read_database(found)
    if not known.advisories:
        raise CensusError(
            f"{settings.lake}: knows no advisories: import some with conda-census advisories import"
        )
    with opened(found, settings.engine, settings.holes) as tables:
        until = last_day(tables, day(as_of))
        document = rank_exposures(
            known, tables, until, greenwood_estimate, top=top, severities=severities, sample=sample
        )
    if output:
        content = json_text(document).encode() + b"\n"
        write_whole(output, content, "ranking")
    if as_json:
        typer.echo(json_text(document))
    elif output:
        if unknown := gaps(document):
            complain(CensusError(unknown))
    elif (console := Console()).is_terminal:
        show(document, console)
    else:
        for line in lines(document):
            typer.echo(line)
        # It stands beside every exposure, and fields are for a program.
        verbosity.say([summary(document)], err=True)
        if quiet and (unknown := gaps(document)):
            complain(CensusError(unknown))
