"""The command ``simulate``: logs or a lake of a simulated population, with its true numbers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from conda_census.cli.options import JsonOption
from conda_census.cli.verbosity import QuietOption, VerboseOption, verbosity_of
from conda_census.config import SIMULATED_TRUTH
from conda_census.simulate.scenario import PRESETS, Scenario, preset

if TYPE_CHECKING:  # numpy and Arrow are imported only if a simulation runs
    from conda_census.simulate.truth import Truth
    from conda_census.steps import Steps

__all__ = ["SimulationOptions", "simulate"]

#: The log of the last day may hold lines of later days.
_LAST = date(9998, 12, 31)
_POPULATION, _OUTPUT, _VULNERABILITIES, _DIALS = "Population", "Output", "Vulnerabilities", "Dials"


def _option(panel: str, *names: str, **settings: Any) -> Any:  # noqa: ANN401  # as Typer types it
    return typer.Option(*names, rich_help_panel=panel, **settings)


def _dial(text: str) -> Any:  # noqa: ANN401  # as Typer types it
    return _option(_DIALS, metavar="SHARE", min=0, max=1, show_default=False, help=text)


InstallationsOption = Annotated[
    int,
    _option(
        _POPULATION, "--installations", metavar="N", min=1, help="Number of installations on the last day."
    ),
]
DaysOption = Annotated[
    int, _option(_POPULATION, "--days", metavar="D", min=1, max=3650, help="Number of days of logs.")
]
FirstDayOption = Annotated[
    datetime,
    _option(
        _POPULATION,
        "--since",
        formats=["%Y-%m-%d"],
        metavar="DAY",
        help="First day, UTC. [default: 2024-01-01]",
        show_default=False,
    ),
]
SeedOption = Annotated[
    int,
    _option(
        _POPULATION,
        "--seed",
        metavar="S",
        min=0,
        help="Random seed; the same seed gives identical output.",
    ),
]
PresetOption = Annotated[
    str, _option(_POPULATION, "--preset", metavar="NAME", help=f"Population: {', '.join(PRESETS)}.")
]
ActivityOption = Annotated[
    float, _option(_POPULATION, "--activity", metavar="X", min=0, help="Factor for the number of sessions.")
]
PackagesOption = Annotated[
    float,
    _option(
        _POPULATION,
        "--packages-per-session",
        metavar="N",
        min=1,
        help="Mean number of packages for each session.",
    ),
]
OutOption = Annotated[
    Path | None,
    _option(_OUTPUT, "--out", metavar="DIR", help="New folder for the logs and the true numbers."),
]
ToLakeOption = Annotated[
    Path | None,
    _option(
        _OUTPUT,
        "--to-lake",
        metavar="LAKE",
        help="Instead of --out: create a lake, as if the logs had been read.",
    ),
]
FormatOption = Annotated[
    str,
    _option(
        _OUTPUT, "--format", metavar="NAME", help="Format of the logs; a name from conda-census formats."
    ),
]
FilesPerDayOption = Annotated[
    int,
    _option(
        _OUTPUT, "--files-per-day", metavar="K", min=1, max=1440, help="Number of log files for each day."
    ),
]
ProcessesOption = Annotated[
    int | None,
    _option(
        _OUTPUT,
        "--processes",
        metavar="N",
        min=1,
        help="Number of days written at the same time. [default: one for each core, for many days]",
    ),
]
DisclosuresOption = Annotated[
    int,
    _option(
        _VULNERABILITIES,
        "--disclosures",
        metavar="N",
        min=0,
        max=20,
        help="Number of packages with a vulnerability.",
    ),
]
UrgencyOption = Annotated[
    float,
    _option(
        _VULNERABILITIES,
        "--urgency",
        metavar="SHARE",
        min=0,
        max=1,
        help="Share of sessions that install a fix although they would not update.",
    ),
]
Single = Annotated[float | None, _dial("Share of installations with one environment.")]
OptedOut = Annotated[float | None, _dial("Share of installations with the plug-in that opted out.")]
WithoutPlugin = Annotated[float | None, _dial("Share of installations without the plug-in.")]
SharedAddresses = Annotated[
    float | None, _dial("Share of installations that share an address with 49 others.")
]
Images = Annotated[float | None, _dial("Additional containers, 25 for each image.")]
Ci = Annotated[float | None, _dial("Additional CI runs for each day, each with new tokens.")]
Clones = Annotated[float | None, _dial("Share of further environments cloned from the first with its token.")]
CacheHits = Annotated[float | None, _dial("Share of downloads answered by a cache, without a line.")]
Silent = Annotated[float | None, _dial("Share of environments that never send a request.")]
Interrupted = Annotated[float | None, _dial("Share of downloads that are interrupted once.")]
Ranged = Annotated[float | None, _dial("Share of downloads in two ranges.")]
Late = Annotated[float | None, _dial("Share of lines that are in the next day's log.")]
OtherClients = Annotated[float | None, _dial("Additional lines of browsers and crawlers.")]
Garbage = Annotated[float | None, _dial("Additional lines that are not requests.")]


@dataclass(frozen=True)
class SimulationOptions:
    """Scenario and output of one run, checked.

    Attributes:
        scenario: the population and its dials.
        out: folder of the logs, or None.
        to_lake: folder of the lake, or None. One of the two is given.
        format_name: format of the logs.
        files_per_day: number of log files for each day.
        processes: number of days written at the same time; None for one for each core.
    """

    scenario: Scenario
    out: Path | None
    to_lake: Path | None
    format_name: str = "combined"
    files_per_day: int = 1
    processes: int | None = None

    def __post_init__(self) -> None:
        """Refuse options that contradict each other, before anything is written.

        Raises:
            BadParameter: an option has a value that it cannot have beside the others.
        """
        from conda_census.logs.possible_times import EARLIEST_TIME
        from conda_census.simulate.log_lines import LOG_FORMATS

        if (self.out is None) == (self.to_lake is None):
            raise typer.BadParameter("give one of the two", param_hint="--out, --to-lake")
        if self.format_name not in LOG_FORMATS:
            raise typer.BadParameter(f"choose one of {', '.join(LOG_FORMATS)}", param_hint="--format")
        days = self.scenario.days
        if not date.fromisoformat(EARLIEST_TIME) <= self.scenario.since <= _LAST - timedelta(days=days):
            raise typer.BadParameter(
                f"choose a day from {EARLIEST_TIME} on, {days} days and more before {_LAST}",
                param_hint="--since",
            )

    def run(self, progress: Steps) -> tuple[Path, Truth]:
        """Write the logs or the lake; return its folder and the truth.

        Raises:
            CensusError: the folder is not empty, or cannot be written.
            OSError: a file cannot be written.
        """
        from conda_census.simulate.lake import simulate_lake
        from conda_census.simulate.logs import LogShape
        from conda_census.simulate.logs import simulate as simulate_logs

        if self.to_lake is not None:
            return self.to_lake, simulate_lake(self.scenario, self.to_lake, progress)
        assert self.out is not None  # noqa: S101  # one of the two is given
        shape = LogShape(self.format_name, self.files_per_day)
        return self.out, simulate_logs(self.scenario, self.out, shape, progress, self.processes)


def simulate(
    installations: InstallationsOption,
    days: DaysOption,
    seed: SeedOption = 0,
    since: FirstDayOption = datetime(2024, 1, 1),  # noqa: DTZ001  # a day
    preset_name: PresetOption = "plain",
    activity: ActivityOption = 1.0,
    packages_per_session: PackagesOption = 8.0,
    out: OutOption = None,
    to_lake: ToLakeOption = None,
    format_name: FormatOption = "combined",
    files_per_day: FilesPerDayOption = 1,
    processes: ProcessesOption = None,
    disclosures: DisclosuresOption = 0,
    urgency: UrgencyOption = 0.0,
    single: Single = None,
    opted_out: OptedOut = None,
    without_plugin: WithoutPlugin = None,
    shared_addresses: SharedAddresses = None,
    images: Images = None,
    ci: Ci = None,
    clones: Clones = None,
    cache_hits: CacheHits = None,
    silent: Silent = None,
    interrupted: Interrupted = None,
    ranged: Ranged = None,
    late: Late = None,
    other_clients: OtherClients = None,
    garbage: Garbage = None,
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
    verbosity = verbosity_of(quiet, verbose)
    if preset_name not in PRESETS:
        raise typer.BadParameter(f"choose one of {', '.join(PRESETS)}", param_hint="--preset")
    population = Scenario(installations, days, seed, since.date(), activity=activity,
                          packages_per_session=packages_per_session, disclosures=disclosures,
                          urgency=urgency)  # fmt: skip
    scenario = preset(
        preset_name, population, {name: dial for name, dial in dials.items() if dial is not None}
    )
    options = SimulationOptions(scenario, out, to_lake, format_name, files_per_day, processes)
    with verbosity.steps("simulating") as progress:
        folder, truth = options.run(progress)
    if as_json:
        typer.echo(json.dumps(truth))
    else:
        what = "lines" if to_lake is None else "requests"
        verbosity.say([f"wrote {truth['lines']:,} {what} of {days} days, and {folder / SIMULATED_TRUTH}"])
