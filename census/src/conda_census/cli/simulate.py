"""What does `conda-census simulate` take, and what does it say?"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from conda_census.cli.options import JsonOption
from conda_census.cli.verbosity import QuietOption, VerboseOption, verbosity_of
from conda_census.config import SIMULATED_TRUTH

__all__ = ["simulate"]

#: What was late comes days after the last one.
_LAST = date(9998, 12, 31)


def simulate(
    installations: Annotated[int, typer.Option("--installations", metavar="N", min=1, help="How many last.")],
    days: Annotated[int, typer.Option("--days", metavar="D", min=1, max=3650, help="How many days of logs.")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="A new folder, for the logs and the truth.")
    ] = None,
    to_lake: Annotated[
        Path | None,
        typer.Option(
            "--to-lake", metavar="LAKE", help="In place of --out: a new lake, as if the logs were read."
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="S", min=0, help="The same writes the same.")] = 0,
    since: Annotated[
        datetime,
        typer.Option(
            formats=["%Y-%m-%d"],
            metavar="DAY",
            help="First day, UTC. [default: 2024-01-01]",
            show_default=False,
        ),
    ] = datetime(2024, 1, 1),  # noqa: DTZ001  a day
    format_name: Annotated[
        str,
        typer.Option("--format", metavar="NAME", help="Of the logs; any that conda-census formats lists."),
    ] = "combined",
    files_per_day: Annotated[
        int, typer.Option("--files-per-day", metavar="K", min=1, max=1440, help="Log files a day.")
    ] = 1,
    processes: Annotated[
        int | None,
        typer.Option(
            "--processes",
            metavar="N",
            min=1,
            help="Write so many days at once. [default: one a core, if many]",
        ),
    ] = None,
    preset_name: Annotated[
        str, typer.Option("--preset", metavar="NAME", help="plain, miniconda-2024q1 or hostile.")
    ] = "plain",
    activity: Annotated[
        float, typer.Option("--activity", metavar="X", min=0, help="Sessions, against the usual rhythm.")
    ] = 1.0,
    packages_per_session: Annotated[
        float,
        typer.Option("--packages-per-session", metavar="N", min=1, help="Of a session, on average."),
    ] = 8.0,
    disclosures: Annotated[
        int,
        typer.Option("--disclosures", metavar="N", min=0, max=20, help="Packages found vulnerable."),
    ] = 0,
    urgency: Annotated[
        float,
        typer.Option(
            "--urgency", metavar="SHARE", min=0, max=1, help="Sessions that move to a fix beyond the habit."
        ),
    ] = 0.0,
    single: Annotated[float | None, _dial("Installations with one environment.")] = None,
    opted_out: Annotated[float | None, _dial("Of those with the plug-in: send no token.")] = None,
    without_plugin: Annotated[float | None, _dial("Installations that send no suffix.")] = None,
    shared_addresses: Annotated[float | None, _dial("Installations of which 50 share an address.")] = None,
    images: Annotated[float | None, _dial("Containers on top, 25 of an image.")] = None,
    ci: Annotated[float | None, _dial("Runs a day on top, each thrown away.")] = None,
    clones: Annotated[float | None, _dial("Environments that have the token of the first.")] = None,
    cache_hits: Annotated[float | None, _dial("Downloads that leave no line.")] = None,
    silent: Annotated[float | None, _dial("Environments that send nothing.")] = None,
    interrupted: Annotated[float | None, _dial("Downloads that end early once.")] = None,
    ranged: Annotated[float | None, _dial("Downloads that come in two pieces.")] = None,
    late: Annotated[float | None, _dial("Lines in the next day's log.")] = None,
    other_clients: Annotated[float | None, _dial("Lines on top of browsers and crawlers.")] = None,
    garbage: Annotated[float | None, _dial("Lines on top that are no request.")] = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Write the access logs of a made-up population, and beside them what is true of it."""
    dials = {
        "single": single, "opted_out": opted_out, "without_plugin": without_plugin,
        "shared_addresses": shared_addresses, "images": images, "ci": ci, "clones": clones,
        "cache_hits": cache_hits, "silent": silent, "interrupted": interrupted, "ranged": ranged,
        "late": late, "other_clients": other_clients, "garbage": garbage,
    }  # fmt: skip
    from conda_census.logs.possible_times import EARLIEST_TIME
    from conda_census.simulate.day_logs import LogShape
    from conda_census.simulate.log_formats import LOG_FORMATS
    from conda_census.simulate.scenario import PRESETS, Scenario, preset
    from conda_census.simulate.simulation import simulate as run
    from conda_census.simulate.to_lake import simulate_lake

    verbosity = verbosity_of(quiet, verbose)
    if (out is None) == (to_lake is None):
        raise typer.BadParameter("give one of the two", param_hint="--out, --to-lake")
    if format_name not in LOG_FORMATS:
        raise typer.BadParameter(f"choose one of {', '.join(LOG_FORMATS)}", param_hint="--format")
    if preset_name not in PRESETS:
        raise typer.BadParameter(f"choose one of {', '.join(PRESETS)}", param_hint="--preset")
    if not date.fromisoformat(EARLIEST_TIME) <= since.date() <= _LAST - timedelta(days=days):
        raise typer.BadParameter(
            f"choose a day from {EARLIEST_TIME} on, {days} days and more before {_LAST}", param_hint="--since"
        )
    chosen = {name: share for name, share in dials.items() if share is not None}
    plain = Scenario(
        installations,
        days,
        seed,
        since.date(),
        activity=activity,
        packages_per_session=packages_per_session,
        disclosures=disclosures,
        urgency=urgency,
    )
    scenario = preset(preset_name, plain, chosen)
    with verbosity.steps("simulating") as progress:
        if to_lake is not None:
            folder, truth = to_lake, simulate_lake(scenario, to_lake, progress)
        elif out is not None:
            shape = LogShape(format_name, files_per_day)
            folder, truth = out, run(scenario, out, shape, progress, processes)
    if as_json:
        typer.echo(json.dumps(truth))
    else:
        what = "lines" if to_lake is None else "requests"
        verbosity.say([f"wrote {truth['lines']:,} {what} of {days} days, and {folder / SIMULATED_TRUTH}"])


def _dial(told: str) -> Any:  # noqa: ANN401  as typer types it
    return typer.Option(metavar="SHARE", min=0, max=1, show_default=False, help=told)
