"""Command ``conda-census formats``: log formats with an example each."""

from __future__ import annotations

import json

import typer

from conda_census.cli.options import JsonOption
from conda_census.cli.verbosity import QuietOption, VerboseOption, verbosity_of
from conda_census.config import load_settings

__all__ = ["formats"]


def formats(as_json: JsonOption = False, quiet: QuietOption = False, verbose: VerboseOption = False) -> None:
    """List the log formats, those of census.toml first, with an example line for each."""
    from conda_census.logs.formats import formats as known_formats

    verbosity_of(quiet, verbose)
    settings = load_settings()
    log_formats = known_formats(settings).values()
    configured = {table.name for table in settings.formats}
    if as_json:
        listed = [
            {
                "name": log_format.name,
                "example": log_format.example,
                "configured": log_format.name in configured,
                "sample_rate": log_format.sample_rate,
            }
            for log_format in log_formats
        ]
        typer.echo(json.dumps(listed, ensure_ascii=False))
    else:
        for log_format in log_formats:
            typer.echo(f"{log_format.name}{' (census.toml)' if log_format.name in configured else ''}")
            typer.echo(f"    {log_format.example}")
