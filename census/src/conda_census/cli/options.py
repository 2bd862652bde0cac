"""Options that several commands share."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from conda_census.config import DEFAULT_ENGINE, DEFAULT_LAKE
from conda_census.errors import CensusError

if TYPE_CHECKING:  # a command imports what it alone needs
    from conda_census.metrics.sample import Sample
    from conda_census.vulnerabilities.severity import Severity

__all__ = [
    "EngineOption",
    "JsonOption",
    "LakeOption",
    "OneInOption",
    "SeverityOption",
    "SinceOption",
    "TitleOption",
    "UntilOption",
    "complain",
    "day",
    "engine_of",
    "period_of",
    "sample_of",
    "severities_of",
]

LakeOption = Annotated[
    Path | None,
    typer.Option(
        "--lake", metavar="DIR", help=f"Folder of the lake. [env: CENSUS_LAKE] [default: {DEFAULT_LAKE}]"
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print only JSON to standard output.")]
TitleOption = Annotated[
    str | None,
    typer.Option(
        "--title",
        metavar="TEXT",
        help="Name of the repository, shown on the page. [default: from census.toml]",
    ),
]
SinceOption = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"],
        metavar="DAY",
        help="First day, in UTC, such as 2024-01-31. [default: the first day with data]",
    ),
]
UntilOption = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"],
        metavar="DAY",
        help="Last day, inclusive, in UTC, such as 2024-01-31. [default: the last day with data]",
    ),
]

EngineOption = Annotated[
    str | None,
    typer.Option(
        "--engine",
        metavar="NAME",
        help="Engine: duckdb, local-spark or spark://HOST:PORT. "
        f"[env: CENSUS_ENGINE] [default: {DEFAULT_ENGINE}]",
    ),
]
OneInOption = Annotated[
    int | None,
    typer.Option(
        "--one-in",
        metavar="N",
        help="Sample 1 installation in N (at most 256). [default: all; 1 in 16 or fewer for a large lake]",
    ),
]
SeverityOption = Annotated[
    list[str] | None,
    typer.Option(
        "--severity", metavar="WORD", help="Only advisories of this severity. Repeat it for several."
    ),
]


def engine_of(engine: str | None) -> str | None:
    """Return the engine of the option, if it is an engine."""
    from conda_census.engines.choice import ENGINES, is_engine

    if engine is not None and not is_engine(engine):
        raise typer.BadParameter(f"choose one of {', '.join(ENGINES)}", param_hint="--engine")
    return engine


def sample_of(one_in: int | None) -> Sample | None:
    """Return the sample of the option, if its size is allowed."""
    from conda_census.metrics.sample import SAMPLES, Sample

    if one_in is not None and one_in not in SAMPLES:
        raise typer.BadParameter(f"choose one of {', '.join(map(str, SAMPLES))}", param_hint="--one-in")
    return None if one_in is None else Sample(one_in)


def severities_of(words: list[str] | None) -> list[Severity]:
    """Return the severities of the option, in the order of the closed list."""
    from conda_census.vulnerabilities.severity import SEVERITIES

    severities = [severity for severity in SEVERITIES if severity in (words or ())]
    if len(severities) < len(set(words or ())):
        raise typer.BadParameter(f"choose from {', '.join(SEVERITIES)}", param_hint="--severity")
    return severities


def period_of(since: datetime | None, until: datetime | None) -> tuple[date | None, date | None]:
    """Return the days of two options. The first must not be after the second."""
    if since and until and since > until:
        raise typer.BadParameter("the first day is after the last one", param_hint="--since, --until")
    return day(since), day(until)


def day(moment: datetime | None) -> date | None:
    """Return the day of an option."""
    return moment.date() if moment else None


def complain(error: CensusError) -> None:
    """Print an error to standard error."""
    typer.echo(f"conda-census: {error}", err=True)
