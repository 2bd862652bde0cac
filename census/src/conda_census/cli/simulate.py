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
    installations: Annotated[
        int, typer.Option("--installations", metavar="N", min=1, help="Number of installations at the end.")
    ],
    days: Annotated[
        int, typer.Option("--days", metavar="D", min=1, max=3650, help="Number of days of logs.")
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="New folder for the logs and the true numbers."),
    ] = None,
    to_lake: Annotated[
        Path | None,
        typer.Option(
            "--to-lake", metavar="LAKE", help="Instead of --out: create a lake, as if the logs had been read."
        ),
    ] = None,
    seed: Annotated[
        int,
        typer.Option("--seed", metavar="S", min=0, help="Random seed; the same seed gives identical output."),
    ] = 0,
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
        typer.Option(
            "--format", metavar="NAME", help="Format of the logs; a name from conda-census formats."
        ),
    ] = "combined",
    files_per_day: Annotated[
        int,
        typer.Option(
            "--files-per-day", metavar="K", min=1, max=1440, help="Number of log files for each day."
        ),
    ] = 1,
    processes: Annotated[
        int | None,
        typer.Option(
            "--processes",
            metavar="N",
            min=1,
            help="Number of days written at the same time. [default: one for each core, for many days]",
        ),
    ] = None,
    preset_name: Annotated[
        str, typer.Option("--preset", metavar="NAME", help="Population: plain, miniconda-2024q1 or hostile.")
    ] = "plain",
    activity: Annotated[
        float, typer.Option("--activity", metavar="X", min=0, help="Factor for the number of sessions.")
    ] = 1.0,
    packages_per_session: Annotated[
        float,
        typer.Option(
            "--packages-per-session", metavar="N", min=1, help="Mean number of packages for each session."
        ),
    ] = 8.0,
    disclosures: Annotated[
        int,
        typer.Option(
            "--disclosures", metavar="N", min=0, max=20, help="Number of packages with a vulnerability."
        ),
    ] = 0,
    urgency: Annotated[
        float,
        typer.Option(
            "--urgency",
            metavar="SHARE",
            min=0,
            max=1,
            help="Share of sessions that install a fix although they would not update.",
        ),
    ] = 0.0,
    single: Annotated[float | None, _dial("Share of installations with one environment.")] = None,
    opted_out: Annotated[
        float | None, _dial("Share of installations with the plug-in that opted out.")
    ] = None,
    without_plugin: Annotated[float | None, _dial("Share of installations without the plug-in.")] = None,
    shared_addresses: Annotated[
        float | None, _dial("Share of installations that share an address with 49 others.")
    ] = None,
    images: Annotated[float | None, _dial("Additional containers, 25 for each image.")] = None,
    ci: Annotated[float | None, _dial("Additional CI runs for each day, each with new tokens.")] = None,
    clones: Annotated[
        float | None, _dial("Share of further environments cloned from the first with its token.")
    ] = None,
    cache_hits: Annotated[
        float | None, _dial("Share of downloads answered by a cache, without a line.")
    ] = None,
    silent: Annotated[float | None, _dial("Share of environments that never send a request.")] = None,
    interrupted: Annotated[float | None, _dial("Share of downloads that are interrupted once.")] = None,
    ranged: Annotated[float | None, _dial("Share of downloads in two ranges.")] = None,
    late: Annotated[float | None, _dial("Share of lines that are in the next day's log.")] = None,
    other_clients: Annotated[float | None, _dial("Additional lines of browsers and crawlers.")] = None,
    garbage: Annotated[float | None, _dial("Additional lines that are not requests.")] = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Write access logs of a simulated population, and its true numbers beside them."""
    dials = {
        "single": single, "opted_out": opted_out, "without_plugin": without_plugin,
        "shared_addresses": shared_addresses, "images": images, "ci": ci, "clones": clones,
        "cache_hits": cache_hits, "silent": silent, "interrupted": interrupted, "ranged": ranged,
        "late": late, "other_clients": other_clients, "garbage": garbage,
    }  # fmt: skip
    from conda_census.logs.possible_times import EARLIEST_TIME
    from conda_census.simulate.lake import simulate_lake
    from conda_census.simulate.log_lines import LOG_FORMATS
    from conda_census.simulate.logs import LogShape
    from conda_census.simulate.logs import simulate as run
    from conda_census.simulate.scenario import PRESETS, Scenario, preset

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


def _dial(text: str) -> Any:  # noqa: ANN401  as typer types it
    return typer.Option(metavar="SHARE", min=0, max=1, show_default=False, help=text)
