"""What does each command take, and what does it print? One function a command, no logic."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from random import SystemRandom
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from conda_census import __version__
from conda_census.config import DEFAULT_ENGINE, DEFAULT_LAKE, SIMULATED_TRUTH, load_settings
from conda_census.errors import CensusError, one_line

if TYPE_CHECKING:  # a command imports what it alone needs
    from conda_census.lake.summary import Summary

__all__ = ["app", "main"]

app = typer.Typer(
    name="conda-census",
    help="How many conda installations and environments use a repository, from its access logs.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

LakeOption = Annotated[
    Path | None,
    typer.Option(
        "--lake", metavar="DIR", help=f"Folder of the lake. [env: CENSUS_LAKE] [default: {DEFAULT_LAKE}]"
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print JSON to standard output, and nothing else there.")
]
SinceOption = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], metavar="DAY", help="First day, UTC. [default: of the data]"),
]
UntilOption = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], metavar="DAY", help="Last day, UTC. [default: of the data]"),
]


def main() -> None:
    """Run the command that the arguments name; a mistake that a person can make is told in one line."""
    signal.signal(signal.SIGINT, _interrupt)
    try:
        app()
    except CensusError as error:
        _complain(error)
        sys.exit(1)
    except BrokenPipeError:
        # The reader of a pipe has seen enough. Nothing more can be written, at exit neither.
        sys.stdout = None
        sys.exit(0)
    except OSError as error:
        sys.stdout = None
        place = error.filename or "standard output"
        _complain(CensusError(f"{place}: {error.strerror}: put this right and run the same command again"))
        sys.exit(1)


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    if version:
        typer.echo(f"conda-census {__version__}")
        raise typer.Exit


@app.command()
def ingest(
    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATH", help="Access logs, folders, globs, or - for standard input."),
    ],
    lake: LakeOption = None,
    format_name: Annotated[
        str, typer.Option("--format", metavar="NAME", help="auto, or a name that conda-census formats lists.")
    ] = "auto",
    writer: Annotated[
        str | None,
        typer.Option(
            "--writer",
            metavar="NAME",
            help="Name of this writer, where several write at once. [env: CENSUS_WRITER] [default: main]",
        ),
    ] = None,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict", help="Exit with code 3 where what is dropped moved against the week before."
        ),
    ] = False,
    follow: Annotated[
        bool, typer.Option("--follow", help="Go on reading what arrives, until SIGTERM or Ctrl-C.")
    ] = False,
    interval_s: Annotated[
        float, typer.Option("--interval", metavar="SECONDS", min=0.1, help="Pause between two looks.")
    ] = 60,
    as_json: JsonOption = False,
) -> None:
    """Read access logs into the lake, each line exactly once."""
    from conda_census.lake.follow import follow as run_again
    from conda_census.lake.follow import stop_on_signals
    from conda_census.lake.ingest import ingest as run
    from conda_census.logs.formats import formats as known_formats
    from conda_census.logs.standard_input import STANDARD_INPUT
    from conda_census.progress import shown_progress

    settings = load_settings(lake, writer)
    names = ("auto", *known_formats(settings))
    if format_name not in names:
        raise typer.BadParameter(f"choose one of {', '.join(names)}", param_hint="--format")
    if follow and STANDARD_INPUT in paths:
        raise typer.BadParameter("- cannot be followed: standard input ends", param_hint="--follow")
    if follow and strict:
        raise typer.BadParameter("a run with --follow ends when it is told to", param_hint="--strict")

    def ingest_once(stop: Callable[[], bool] = lambda: False) -> Summary:
        with shown_progress(Console(stderr=True)) as progress:
            return run(paths, settings, format_name, progress, stop)

    if follow:
        with stop_on_signals() as stop:
            run_again(
                lambda: ingest_once(stop), lambda told: _tell(told, as_json), _complain, stop, interval_s
            )
        return
    summary = ingest_once()
    for error in summary.errors:
        _complain(error)
    _tell(summary, as_json)
    if summary.failed:
        raise typer.Exit(1)
    if summary.moved and strict:
        raise typer.Exit(3)


@app.command()
def formats(as_json: JsonOption = False) -> None:
    """List the log formats that can be read, those of census.toml first, with an example line each."""
    from conda_census.logs.formats import formats as known_formats

    settings = load_settings()
    known = known_formats(settings).values()
    configured = {table.name for table in settings.formats}
    if as_json:
        listed = [
            {
                "name": log_format.name,
                "example": log_format.example,
                "configured": log_format.name in configured,
                "sample_rate": log_format.sample_rate,
            }
            for log_format in known
        ]
        typer.echo(json.dumps(listed, ensure_ascii=False))
    else:
        for log_format in known:
            typer.echo(f"{log_format.name}{' (census.toml)' if log_format.name in configured else ''}")
            typer.echo(f"    {log_format.example}")


@app.command()
def report(
    lake: LakeOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    as_json: JsonOption = False,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the report as a page that needs no network.")
    ] = None,
    svg: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write every chart as SVG into this folder.")
    ] = None,
    png: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write every chart as PNG into this folder.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write every table as CSV into this folder.")
    ] = None,
    parquet: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write every table as Parquet into this folder.")
    ] = None,
    top: Annotated[
        int, typer.Option("--top", metavar="N", min=0, help="So many packages by each measure.")
    ] = 20,
    package: Annotated[
        str | None, typer.Option("--package", metavar="NAME", help="Tell of this package all versions.")
    ] = None,
    engine: Annotated[
        str | None,
        typer.Option(
            "--engine",
            metavar="NAME",
            help="duckdb, local-spark or spark://HOST:PORT. "
            f"[env: CENSUS_ENGINE] [default: {DEFAULT_ENGINE}]",
        ),
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Say also which way each number errs, and why.")
    ] = False,
) -> None:
    """Show what the lake tells, each number with its definition."""
    from conda_census.engines.choice import ENGINES, is_engine, opened
    from conda_census.lake.store import Lake
    from conda_census.report.document import make_report
    from conda_census.report.files import Wanted, write_files
    from conda_census.report.terminal import show

    if engine is not None and not is_engine(engine):
        raise typer.BadParameter(f"choose one of {', '.join(ENGINES)}", param_hint="--engine")
    settings = load_settings(lake, engine=engine)
    with opened(Lake.open(settings.lake), settings.engine) as tables:
        document = make_report(tables, _day(since), _day(until), top=top, package=package)
    if as_json:
        typer.echo(json.dumps(document, ensure_ascii=False))
    else:
        show(document, Console(), verbose=verbose)
    for place in write_files(document, Wanted(html, svg, png, csv, parquet), Console(stderr=True)):
        typer.echo(f"wrote {place}", err=True)


@app.command()
def sources(
    lake: LakeOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    verify: Annotated[
        bool,
        typer.Option("--verify", help="Read some of the logs again, and compare; code 1 if one differs."),
    ] = False,
    sample: Annotated[
        int, typer.Option("--sample", metavar="N", min=1, help="With --verify: how many of them, at random.")
    ] = 20,
    as_json: JsonOption = False,
) -> None:
    """List the logs that were read, what was dropped of each, and which days are complete."""
    if verify:
        _verify(lake, since, until, sample, as_json=as_json)
        return
    from conda_census.engines.duckdb import open_lake
    from conda_census.lake.store import Lake
    from conda_census.report.sources import list_what_was_read
    from conda_census.report.sources_text import plain_lines, show_sources

    tables = open_lake(Lake.open(load_settings(lake).lake))
    listed = list_what_was_read(tables, _day(since), _day(until))
    console = Console()
    if as_json:
        typer.echo(json.dumps(listed, ensure_ascii=False))
    elif console.is_terminal:
        show_sources(listed, console)
    else:
        for line in plain_lines(listed):
            typer.echo(line)


@app.command()
def compact(
    lake: LakeOption = None,
    keep_days: Annotated[
        int,
        typer.Option(
            "--keep-days", metavar="N", min=0, max=3650, help="Keep for N days what somebody may still read."
        ),
    ] = 7,
    as_json: JsonOption = False,
) -> None:
    """Make the many small files of the lake few large ones, also while others read and write it."""
    from conda_census.lake.compaction import compact as run
    from conda_census.lake.store import Lake
    from conda_census.report.compaction_text import compaction_lines
    from conda_census.steps import shown_steps

    with shown_steps(Console(stderr=True), "compacting") as progress:
        compacted = run(Lake.open(load_settings(lake).lake), keep_days, progress)
    if as_json:
        typer.echo(json.dumps({"keep_days": keep_days, "tables": compacted}))
    else:
        for line in compaction_lines(compacted):
            typer.echo(line)


@app.command()
def export(
    condastats: Annotated[
        Path,
        typer.Option(
            "--condastats",
            metavar="DIR",
            help="Write downloads by hour and by month as Anaconda's public package data have them.",
        ),
    ],
    lake: LakeOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the downloads of each day and month for tools that read Anaconda's public package data."""
    from conda_census.engines.duckdb import open_lake
    from conda_census.lake.store import Lake
    from conda_census.report.condastats import export_condastats
    from conda_census.steps import shown_steps

    tables = open_lake(Lake.open(load_settings(lake).lake))
    with shown_steps(Console(stderr=True), "exporting") as progress:
        exported = export_condastats(tables, condastats, _day(since), _day(until), progress)
    if as_json:
        typer.echo(json.dumps(exported, ensure_ascii=False))
    else:
        typer.echo(
            f"wrote {exported['files']:,} files with {exported['downloads']:,} downloads "
            f"from {exported['since']} to {exported['until']} into {exported['folder']}"
        )


def _dial(told: str) -> Any:  # noqa: ANN401  as typer types it
    return typer.Option(metavar="SHARE", min=0, max=1, show_default=False, help=told)


@app.command()
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
) -> None:
    """Write the access logs of a made-up population, and beside them what is true of it."""
    dials = {
        "single": single, "opted_out": opted_out, "without_plugin": without_plugin,
        "shared_addresses": shared_addresses, "images": images, "ci": ci, "clones": clones,
        "cache_hits": cache_hits, "silent": silent, "interrupted": interrupted, "ranged": ranged,
        "late": late, "other_clients": other_clients, "garbage": garbage,
    }  # fmt: skip
    from conda_census.simulate.day_logs import LogShape
    from conda_census.simulate.log_formats import LOG_FORMATS
    from conda_census.simulate.scenario import PRESETS, Scenario, preset
    from conda_census.simulate.simulation import simulate as run
    from conda_census.simulate.to_lake import simulate_lake
    from conda_census.steps import shown_steps

    if (out is None) == (to_lake is None):
        raise typer.BadParameter("give one of the two", param_hint="--out, --to-lake")
    if format_name not in LOG_FORMATS:
        raise typer.BadParameter(f"choose one of {', '.join(LOG_FORMATS)}", param_hint="--format")
    if preset_name not in PRESETS:
        raise typer.BadParameter(f"choose one of {', '.join(PRESETS)}", param_hint="--preset")
    chosen = {name: share for name, share in dials.items() if share is not None}
    plain = Scenario(
        installations,
        days,
        seed,
        since.date(),
        activity=activity,
        packages_per_session=packages_per_session,
    )
    scenario = preset(preset_name, plain, chosen)
    with shown_steps(Console(stderr=True), "simulating") as progress:
        if to_lake is not None:
            folder, truth = to_lake, simulate_lake(scenario, to_lake, progress)
        elif out is not None:
            shape = LogShape(format_name, files_per_day)
            folder, truth = out, run(scenario, out, shape, progress, processes)
    if as_json:
        typer.echo(json.dumps(truth))
    else:
        what = "lines" if to_lake is None else "requests"
        typer.echo(f"wrote {truth['lines']:,} {what} of {days} days, and {folder / SIMULATED_TRUTH}")


def _verify(
    lake: Path | None, since: datetime | None, until: datetime | None, sample: int, *, as_json: bool
) -> None:
    from conda_census.decode.pseudonyms import Secrets
    from conda_census.lake.store import Lake
    from conda_census.lake.verification import recorded_readings, verify
    from conda_census.logs.formats import formats as known_formats
    from conda_census.report.verification import verification, verification_lines
    from conda_census.steps import shown_steps

    settings = load_settings(lake)
    opened, secrets = Lake.open(settings.lake), Secrets(settings.config_folder)
    opened.expect_key(secrets.key_id())
    readings = recorded_readings(opened, _day(since), _day(until))
    with shown_steps(Console(stderr=True), "reading again") as progress:
        verified = verify(
            readings, sample, secrets.token_key(), known_formats(settings), SystemRandom(), progress
        )
    document = verification(verified)
    if as_json:
        typer.echo(json.dumps(document, ensure_ascii=False))
    else:
        for line in verification_lines(document):
            typer.echo(line)
    if document["states"]["differs"]:
        raise typer.Exit(1)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    """Stop in good order; pressed again, at once, for DuckDB 2.0 may wait for ever for its own threads."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    raise KeyboardInterrupt


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _tell(summary: Summary, as_json: bool) -> None:
    for move in summary.moved:
        typer.echo(f"conda-census: {one_line(move.sentence())}", err=True)
    if as_json:
        typer.echo(json.dumps(summary.to_json()))
    else:
        Console(stderr=True).print(summary.sentence(), highlight=False, soft_wrap=True)


def _complain(error: CensusError) -> None:
    typer.echo(f"conda-census: {error}", err=True)
