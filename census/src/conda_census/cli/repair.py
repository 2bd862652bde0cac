"""Command ``conda-census repair``: restore a damaged lake from its logs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from conda_census.cli.options import JsonOption, LakeOption, complain
from conda_census.cli.verbosity import QuietOption, VerboseOption, verbosity_of
from conda_census.config import load_settings
from conda_census.errors import CensusError

if TYPE_CHECKING:
    from conda_census.lake.records.lost_days import Lost
    from conda_census.repair.lake_repair import Repaired

__all__ = ["repair"]

#: Number of logs that one line names.
_NAMED = 3


def repair(
    lake: LakeOption = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only list damage; exit with code 1 if there is any.")
    ] = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Repair a damaged lake: read its logs again, or mark days as lost if the logs are gone."""
    from conda_census.lake.records.lost_days import read_lost
    from conda_census.repair.lake_repair import damages_of
    from conda_census.repair.lake_repair import repair as run

    verbosity = verbosity_of(quiet, verbose)
    settings = load_settings(lake)
    if check:
        with verbosity.steps("reading") as progress:
            damages = damages_of(settings, progress)
        lost = read_lost(settings.lake)
        if as_json:
            document = {"damaged": damages, "lost": [day.isoformat() for day in sorted(lost.days)]}
            typer.echo(json.dumps(document, ensure_ascii=False))
        else:
            for line in damages:
                typer.echo(line)
            if not damages:
                verbosity.say(_undamaged(lost))
        if damages:
            more = f", and {len(damages) - 1} more" if len(damages) > 1 else ""
            complain(CensusError(f"{settings.lake}: damaged: {damages[0]}{more}: run conda-census repair"))
            raise typer.Exit(1)
        return
    with verbosity.steps("reading") as progress:
        repaired = run(settings, progress)
    if as_json:
        typer.echo(json.dumps(_document(repaired), ensure_ascii=False))
    else:
        verbosity.say(_lines(repaired, names_all=verbosity.verbose))
    for line in lost_lines(repaired.still_lost):
        complain(CensusError(line))


def _undamaged(lost: Lost) -> list[str]:
    """Return lines about the lost days of a lake without damage. Repair cannot restore some of them."""
    from conda_census.reports.render.numbers import lost_days

    if not lost.days:
        return ["the lake is whole"]
    lines = lost_lines({day: [] for day in sorted(lost.for_good)})
    if may_come_back := sorted(lost.days - lost.for_good):
        lines.append(lost_days([day.isoformat() for day in may_come_back]))
    return [f"nothing is damaged, but {line}" for line in lines]


def _document(repaired: Repaired) -> dict[str, object]:
    return {
        "damaged": [problem.sentence() for problem in repaired.problems],
        "logs_written": repaired.logs_written,
        "rows_found": repaired.rows_found,
        "read_again": repaired.read_again,
        "lost": [day.isoformat() for day in repaired.lost],
        "regained": [day.isoformat() for day in repaired.regained],
        "still_lost": [{"day": day.isoformat(), "logs": logs} for day, logs in repaired.still_lost.items()],
        "import_again": repaired.import_again,
    }


def _lines(repaired: Repaired, *, names_all: bool) -> list[str]:
    from conda_census.lake.records.doubts import DOUBTS
    from conda_census.lake.records.table_notes import TABLE_NOTES
    from conda_census.reports.render.numbers import read_again

    lines = [f"damaged: {problem.sentence()}" for problem in repaired.problems]
    lines += [f"the log of {name} was damaged: written anew" for name in repaired.logs_written]
    if repaired.are_doubts_gone:
        lines.append(
            f"{DOUBTS} was lost, or a part of it: reports no longer say all that was in doubt when logs were "
            "read; to know it, read these logs into a new lake"
        )
    if repaired.is_note_gone:
        lines.append(
            f"{TABLE_NOTES} was damaged: written anew; "
            "whether each table is of this lake could not be checked"
        )
    if "request_ids" in repaired.logs_written and not repaired.rows_found.get("request_ids"):
        lines.append(
            "request ids may be lost: a line of the last two days that is delivered again counts again, "
            "and ingest says so if many do"
        )
    lines += [
        f"{rows:,} rows of {name} found again in its folder" for name, rows in repaired.rows_found.items()
    ]
    lines += read_again(repaired.read_again, names_all=names_all)
    lines += [f"{day}: its rows were lost, and it is known again" for day in repaired.regained]
    lines += [
        f"{name} was damaged: import it again (conda-census advisories import)"
        for name in repaired.import_again
    ]
    if lines:
        return lines
    if repaired.still_lost:
        return ["nothing that could be repaired"]
    return ["the lake is whole: nothing to repair"]


def lost_lines(still_lost: Mapping[date, list[str]]) -> list[str]:
    """Return lines about the lost days and how to restore them, one line for days that need the same."""
    from conda_census.reports.render.numbers import first_days, first_few

    lost = "rows of these days are lost, and reports show the days as unknown"
    lines = []
    needing = {day: logs for day, logs in still_lost.items() if logs}
    if needing:
        logs = list(dict.fromkeys(log for logs_of_day in needing.values() for log in logs_of_day))
        lines.append(
            f"{lost}: {first_days(needing)}: put these logs back to where they were read, and run "
            "conda-census repair again: "
            f"{first_few(logs, _NAMED)}. If one cannot be there again, run conda-census sources --forget "
            "LOG, and ingest it from elsewhere"
        )
    if for_good := [day for day, logs in still_lost.items() if not logs]:
        lines.append(
            f"{lost}: {first_days(for_good)}: it is not known which logs they need: read all logs into a new "
            "lake (conda-census ingest --lake NEW)"
        )
    return lines
