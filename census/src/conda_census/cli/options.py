"""Which options do several commands take?"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from conda_census.config import DEFAULT_LAKE
from conda_census.errors import CensusError

__all__ = ["JsonOption", "LakeOption", "SinceOption", "UntilOption", "complain", "day"]

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


def day(moment: datetime | None) -> date | None:
    """The day of an option that takes one."""
    return moment.date() if moment else None


def complain(error: CensusError) -> None:
    """Say on standard error what went wrong."""
    typer.echo(f"conda-census: {error}", err=True)
