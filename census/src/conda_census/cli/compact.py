"""Command ``conda-census compact``: join small files of the lake."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from conda_census.cli.options import JsonOption, LakeOption
from conda_census.cli.verbosity import QuietOption, VerboseOption, verbosity_of
from conda_census.config import load_settings

__all__ = ["compact"]


def compact(
    lake: LakeOption = None,
    keep_days: Annotated[
        int,
        typer.Option(
            "--keep-days",
            metavar="N",
            min=0,
            max=3650,
            help="Keep replaced files for N days, for readers that still use them.",
        ),
    ] = 7,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Join small files of the lake into large ones. Others may read and write meanwhile."""
    from conda_census.decode.pseudonyms import Secrets
    from conda_census.ingest.conversion import converted
    from conda_census.lake.checks.self_check import checked
    from conda_census.lake.compaction import compact as run
    from conda_census.lake.store import Lake
    from conda_census.reports.listings.compaction_text import compaction_lines

    verbosity = verbosity_of(quiet, verbose)
    settings = load_settings(lake)
    opened = Lake.open(settings.lake)
    with verbosity.steps("converting") as progress:
        opened = converted(
            opened,
            Secrets(settings.config_folder),
            keep_machines=settings.machines,
            channels=settings.channels,
            progress=progress,
        )
    checked(opened)  # files of a damaged lake may still be needed, to mend it
    with verbosity.steps("compacting") as progress:
        compacted = run(opened, keep_days, progress)
    if as_json:
        typer.echo(json.dumps({"keep_days": keep_days, "tables": compacted}))
    else:
        verbosity.say(compaction_lines(compacted))
