"""Commands of ``conda-census advisories``: import and list vulnerability records."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from conda_census.cli.options import JsonOption, LakeOption, SeverityOption, severities_of
from conda_census.cli.verbosity import QuietOption, VerboseOption, Verbosity, verbosity_of
from conda_census.config import load_settings
from conda_census.errors import CensusError
from conda_census.extras import expect_extra

if TYPE_CHECKING:  # a command imports what it alone needs
    from conda_census.vulnerabilities.latest_records import Imported

__all__ = ["advisories"]

advisories = typer.Typer(
    name="advisories",
    help="Import and show vulnerability data: advisories, name maps, overrides and repodata.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

PathsArgument = Annotated[list[Path], typer.Argument(metavar="PATH", help="Files and folders.")]


@advisories.command("import")
def import_(
    paths: PathsArgument,
    lake: LakeOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Import OSV records: JSON, YAML, or a zip of either. The newest record of an id counts."""
    expect_extra("advisories")

    from conda_census.lake.store import Lake
    from conda_census.vulnerabilities.advisory_import import import_advisories

    verbosity = verbosity_of(quiet, verbose)
    done = import_advisories(Lake.open(load_settings(lake).lake), paths)
    _say(_counts(done), "records", done.problems, verbosity, as_json=as_json)


@advisories.command("list")
def list_(
    lake: LakeOption = None,
    package: Annotated[
        str | None,
        typer.Option("--package", metavar="NAME", help="Only advisories about this conda package."),
    ] = None,
    severity: SeverityOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """List the advisories in the lake and the conda packages they affect, newest first."""
    expect_extra("advisories")

    from conda_census.lake.store import Lake
    from conda_census.reports.listings.advisory_list import advisory_documents
    from conda_census.reports.listings.advisory_text import list_lines
    from conda_census.vulnerabilities.database import read_database

    verbosity_of(quiet, verbose)
    severities = severities_of(severity)
    known = read_database(Lake.open(load_settings(lake).lake))
    listed = advisory_documents(known.advisories, known.matcher, package, severities)
    if as_json:
        typer.echo(json.dumps(listed, ensure_ascii=False))
    else:
        for line in list_lines(listed):
            typer.echo(line)


@advisories.command()
def show(
    advisory: Annotated[str, typer.Argument(metavar="ID", help="An id or alias, such as CVE-2023-43804.")],
    lake: LakeOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Show one advisory and all its records, by any of its ids."""
    expect_extra("advisories")

    from conda_census.lake.store import Lake
    from conda_census.reports.listings.advisory_list import advisory_document
    from conda_census.reports.listings.advisory_text import advisory_lines
    from conda_census.vulnerabilities.database import read_database

    verbosity_of(quiet, verbose)
    known = read_database(Lake.open(load_settings(lake).lake))
    document = advisory_document(known.advisory(advisory), known.matcher)
    if as_json:
        typer.echo(json.dumps(document, ensure_ascii=False))
    else:
        for line in advisory_lines(document):
            typer.echo(line)


@advisories.command()
def names(
    paths: PathsArgument,
    lake: LakeOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Import maps from conda names to PyPI names: parselmouth, grayskull, or your own TOML."""
    expect_extra("advisories")

    from conda_census.lake.store import Lake
    from conda_census.vulnerabilities.names.package_names import import_names

    verbosity = verbosity_of(quiet, verbose)
    done = import_names(Lake.open(load_settings(lake).lake), paths)
    counts = {"packages": done.packages, "known": done.known, "contradicted": len(done.contradicted)}
    _say(counts, "names", done.problems, verbosity, as_json=as_json)


@advisories.command()
def override(
    paths: Annotated[list[Path] | None, typer.Argument(metavar="PATH", help="Files and folders.")] = None,
    lake: LakeOption = None,
    export: Annotated[
        Path | None,
        typer.Option(
            "--export", metavar="FILE", help="Write all overrides of the lake to this file, as OpenVEX."
        ),
    ] = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Import statements about single builds: OpenVEX, or info/security.json of unpacked packages."""
    expect_extra("advisories")

    from conda_census.lake.store import Lake
    from conda_census.reports.render.output_files import expect_writable
    from conda_census.vulnerabilities.override_files import export_overrides, import_overrides

    verbosity = verbosity_of(quiet, verbose)
    if not paths and export is None:
        raise typer.BadParameter("name files to read, or one to write with --export", param_hint="PATH")
    settings = load_settings(lake)
    expect_writable([export], lake=settings.lake)
    opened = Lake.open(settings.lake)
    done = import_overrides(opened, paths or ())
    counts = _counts(done)
    if export:
        counts["exported"] = export_overrides(opened, export, datetime.now(UTC))
    _say(counts, "overrides", done.problems, verbosity, as_json=as_json)


@advisories.command()
def repodata(
    places: Annotated[
        list[str],
        typer.Argument(metavar="PATH", help="repodata.json, plain or compressed, its address, or a channel."),
    ],
    channel: Annotated[
        str | None,
        typer.Option("--channel", metavar="NAME", help="Name of the channel. [default: from its path]"),
    ] = None,
    lake: LakeOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Import the builds of a channel, from which exposure finds the smallest fixed version."""
    expect_extra("advisories")

    from conda_census.lake.store import Lake
    from conda_census.vulnerabilities.repodata import import_repodata

    verbosity = verbosity_of(quiet, verbose)
    done = import_repodata(Lake.open(load_settings(lake).lake), places, channel)
    builds = {f"{name}/{subdir}": number for (name, subdir), number in done.subdirs.items()}
    _say(builds, "builds", done.problems, verbosity, as_json=as_json)


def _counts(done: Imported) -> dict[str, int]:
    return {"new": done.new, "updated": done.updated, "unchanged": done.unchanged, "total": done.total}


def _say(
    counts: dict[str, int], what: str, problems: Iterable[CensusError], verbosity: Verbosity, *, as_json: bool
) -> None:
    """Print counts and problems, and exit with code 1 if there are problems."""
    listed_problems = list(problems)
    verbosity.complain_of(listed_problems)
    if as_json:
        typer.echo(json.dumps({what: counts, "failed": len(listed_problems)}, ensure_ascii=False))
    else:
        listed = ", ".join(f"{count:,} {name}" for name, count in counts.items()) or "none"
        verbosity.say([f"{what}: {listed}, {len(listed_problems):,} failed"])
    if listed_problems:
        raise typer.Exit(1)
