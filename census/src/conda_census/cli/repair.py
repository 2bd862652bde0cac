"""The command ``conda-census repair``: what it takes and what it says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from conda_census.cli.options import JsonOption, LakeOption, complain
from conda_census.cli.verbosity import QuietOption, VerboseOption, verbosity_of
from conda_census.config import load_settings
from conda_census.errors import CensusError

if TYPE_CHECKING:
    from conda_census.lake.repair import Repaired

__all__ = ["repair"]


def repair(
    lake: LakeOption = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only list what is damaged; code 1 if something is.")
    ] = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Mend a damaged lake: read logs again that are still there, and mark days as lost if they are not."""
    from conda_census.lake.repair import damages_of
    from conda_census.lake.repair import repair as run

    verbosity = verbosity_of(quiet, verbose)
    settings = load_settings(lake)
    if check:
        with verbosity.steps("reading") as progress:
            found = damages_of(settings, progress)
        if as_json:
            typer.echo(json.dumps({"damaged": found}, ensure_ascii=False))
        else:
            for line in found:
                typer.echo(line)
            if not found:
                verbosity.say(["the lake is whole"])
        if found:
            raise typer.Exit(1)
        return
    with verbosity.steps("reading") as progress:
        repaired = run(settings, progress)
    if as_json:
        typer.echo(json.dumps(_document(repaired), ensure_ascii=False))
        return
    verbosity.say(_lines(repaired))
    if repaired.lost:
        days = ", ".join(map(str, repaired.lost))
        complain(CensusError(f"rows of these days are lost, and reports show the days as unknown: {days}"))


def _document(repaired: Repaired) -> dict[str, object]:
    return {
        "damaged": [problem.sentence() for problem in repaired.problems],
        "logs_written": repaired.logs_written,
        "rows_found": repaired.rows_found,
        "read_again": repaired.read_again,
        "lost": [day.isoformat() for day in repaired.lost],
        "import_again": repaired.import_again,
    }


def _lines(repaired: Repaired) -> list[str]:
    lines = [f"damaged: {problem.sentence()}" for problem in repaired.problems]
    lines += [f"the log of {name} was damaged: written anew" for name in repaired.logs_written]
    lines += [
        f"{rows:,} rows of {name} found again in its folder" for name, rows in repaired.rows_found.items()
    ]
    lines += [f"{location}: read again" for location in repaired.read_again]
    lines += [
        f"{name} was damaged: import it again (conda-census advisories import)"
        for name in repaired.import_again
    ]
    return lines or ["the lake is whole: nothing to repair"]
