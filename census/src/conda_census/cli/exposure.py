"""Command ``conda-census exposure``: environments that hold an affected build."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from conda_census.cli.options import (
    EngineOption,
    JsonOption,
    LakeOption,
    OneInOption,
    TitleOption,
    complain,
    day,
    engine_of,
    sample_of,
)
from conda_census.cli.verbosity import QuietOption, VerboseOption, verbosity_of
from conda_census.config import load_settings
from conda_census.errors import CensusError, one_line
from conda_census.extras import expect_extra

if TYPE_CHECKING:
    from conda_census.vulnerabilities.aliases import AdvisoryGroup

__all__ = ["exposure"]

AsOfOption = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        formats=["%Y-%m-%d"],
        metavar="DAY",
        help="Count as of the end of this day, in UTC. [default: last day of the data]",
    ),
]


def exposure(
    advisory: Annotated[
        str | None, typer.Argument(metavar="ID", help="An id or alias, such as CVE-2023-43804.")
    ] = None,
    package: Annotated[
        str | None,
        typer.Option(
            "--package", metavar="NAME", help="Use this package instead of ID, if there is no record yet."
        ),
    ] = None,
    below: Annotated[
        str | None,
        typer.Option(
            "--below", metavar="VERSION", help="With --package: versions below this one are affected."
        ),
    ] = None,
    disclosed: Annotated[
        datetime | None,
        typer.Option(
            "--disclosed",
            formats=["%Y-%m-%d"],
            metavar="DAY",
            help="Day of disclosure. [default: from its record, else the day of --as-of]",
        ),
    ] = None,
    as_of: AsOfOption = None,
    lake: LakeOption = None,
    as_json: JsonOption = False,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write a page that needs no network."),
    ] = None,
    title: TitleOption = None,
    engine: EngineOption = None,
    one_in: OneInOption = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Count environments with a vulnerable package, and show how fast they are remediated."""
    expect_extra("advisories")
    if html:
        expect_extra("charts")

    from conda_census.engines.choice import opened
    from conda_census.exposure.assessment import make_exposure
    from conda_census.exposure.assessment_inputs import gather_inputs, last_day
    from conda_census.exposure.remediation_curves import bootstrap_estimate
    from conda_census.lake.checks.self_check import open_checked
    from conda_census.reports.exposure.terminal import show
    from conda_census.reports.exposure.wording import gaps
    from conda_census.reports.json_documents import json_text
    from conda_census.reports.render.output_files import expect_writable
    from conda_census.reports.usage.notes import notes_on
    from conda_census.vulnerabilities.database import read_database

    verbosity = verbosity_of(quiet, verbose)
    if (advisory is None) == (package is None):
        raise typer.BadParameter("give one of the two, --package with --below", param_hint="ID, --package")
    if (package is None) != (below is None):
        raise typer.BadParameter("give both or neither", param_hint="--package, --below")
    if as_of is not None and disclosed is not None and disclosed > as_of:
        raise typer.BadParameter(
            f"{day(disclosed)} is after {day(as_of)}, the day of --as-of: give that day or an earlier one",
            param_hint="--disclosed",
        )
    asked = None if package is None or below is None else _unrecorded(package, below)
    settings, sample = load_settings(lake, engine=engine_of(engine)), sample_of(one_in)
    expect_writable([html], lake=settings.lake)
    found = open_checked(settings.lake)
    known = read_database(found)
    group = asked or known.advisory(advisory or "")
    with opened(found, settings.engine, settings.holes) as tables:
        until = last_day(tables, day(as_of))
        told = gather_inputs(known, tables, group, until, day(disclosed))
        document = make_exposure(tables, told, until, bootstrap_estimate, sample)
    if as_json:
        typer.echo(json_text(document))
    elif not (quiet and html):
        show(document, Console())
    else:  # the notes beside the numbers are only in the page
        for warning in filter(None, (gaps(document), *notes_on(document["notes"], "exposed"))):
            complain(CensusError(warning.removesuffix(".")))
    if html:
        from conda_census.reports.exposure.page import write_exposure_page
        from conda_census.reports.render.about import About
        from conda_census.reports.usage.headline import exposure_headline

        write_exposure_page(document, html, About.now(title or settings.title))
        verbosity.say([one_line(f"wrote {html}: {exposure_headline(document)}")], err=True)


def _unrecorded(package: str, below: str) -> AdvisoryGroup:
    from conda_census.vulnerabilities.advisory_import import ad_hoc_advisory
    from conda_census.vulnerabilities.conda_versions import VersionError
    from conda_census.vulnerabilities.input_fields import FieldError

    for option, value in (("--package", package), ("--below", below)):
        if not value.strip():
            raise typer.BadParameter("is empty: give a name and a version", param_hint=option)
    try:
        return ad_hoc_advisory(package, below)
    except FieldError:
        raise typer.BadParameter(
            f"{package!r} is no name of a conda package: correct it", param_hint="--package"
        ) from None
    except VersionError as error:
        raise typer.BadParameter(str(error), param_hint="--below") from None
