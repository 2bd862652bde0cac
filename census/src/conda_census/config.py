"""Settings of a command: lake, folder of secrets, writer, formats and engine."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import typer

from conda_census.errors import CensusError
from conda_census.own_files import expect_own, warn_if_readable
from conda_census.settings_file import CensusToml, FormatTable, Hole, read_census_toml

__all__ = [
    "DEFAULT_ENGINE",
    "DEFAULT_LAKE",
    "LAKE_MANIFEST",
    "LATE_DELIVERY",
    "SIMULATED_FOLDERS",
    "SIMULATED_TRUTH",
    "Settings",
    "load_settings",
]

DEFAULT_LAKE = "census-lake"
DEFAULT_ENGINE = "duckdb"
#: A folder that holds a file of this name is a lake of the census.
LAKE_MANIFEST = "lake.json"
#: Name of the file beside simulated logs that holds the truth about them.
SIMULATED_TRUTH = "truth.json"
#: Names of the folders beside it: the disclosed advisories, and the index of the made-up channel.
SIMULATED_FOLDERS = ("advisories", "repodata")
#: Maximum delay of the lines of a day; after it the day is complete.
LATE_DELIVERY = timedelta(hours=24)
_WRITER_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(frozen=True)
class Settings:
    """The settings of a command.

    Attributes:
        lake: folder of the Delta tables.
        config_folder: folder of the secret keys behind the pseudonyms; never inside the lake.
        writer: name of this writer. Several may write at the same time, each under its own name.
        formats: the log formats in ``census.toml``.
        engine: the engine that runs the queries of a report, as ``engines.choice`` names it.
        channels: the channels that may be named in the lake, or None if all may.
        title: the name of the repository, for pages.
        holes: days that are known to have no log.
        machines: whether m/ tokens are stored too, as pseudonyms.
        exclude: patterns of files and folders that are no logs to read.
        organizations: names of organisations, each with its o/ token.
    """

    lake: Path
    config_folder: Path
    writer: str
    formats: tuple[FormatTable, ...] = ()
    engine: str = DEFAULT_ENGINE
    channels: tuple[str, ...] | None = None
    title: str = ""
    holes: tuple[Hole, ...] = ()
    machines: bool = False
    exclude: tuple[str, ...] = ()
    organizations: tuple[tuple[str, str], ...] = field(default=(), repr=False)


def load_settings(lake: Path | None = None, writer: str | None = None, engine: str | None = None) -> Settings:
    """Load the settings from flags, ``CENSUS_LAKE`` and so on, ``census.toml`` and the defaults.

    Earlier ones take precedence. ``census.toml`` is the one in the configuration folder, which
    ``CENSUS_CONFIG`` names, or the file that ``CENSUS_TOML`` names.

    Raises:
        CensusError: ``census.toml`` has a mistake, the writer's name is not a plain word, or the keys would
            lie inside the lake.
    """
    config_folder = Path(os.environ.get("CENSUS_CONFIG") or _default_config_folder())
    said = _said(config_folder)
    folder = lake or Path(os.environ.get("CENSUS_LAKE") or said.lake or DEFAULT_LAKE)
    name = writer or os.environ.get("CENSUS_WRITER") or said.writer or "main"
    if not _WRITER_NAME.fullmatch(name):
        raise CensusError(
            "the writer's name must be 1 to 64 lower-case letters, digits, dots, dashes or underscores: "
            "choose another with --writer, CENSUS_WRITER or in census.toml"
        )
    if Path(os.path.realpath(config_folder)).is_relative_to(os.path.realpath(folder)):
        raise CensusError(
            f"{config_folder}: the keys behind the pseudonyms must not lie inside the lake: "
            "set CENSUS_CONFIG to another folder"
        )
    chosen = engine or os.environ.get("CENSUS_ENGINE") or said.engine or DEFAULT_ENGINE
    return Settings(
        folder,
        config_folder,
        name,
        said.formats,
        chosen,
        said.channels,
        said.title,
        said.holes,
        said.machines,
        said.exclude,
        said.organizations,
    )


def _said(config_folder: Path) -> CensusToml:
    """Return the content of ``census.toml``, which may be missing unless it is named explicitly."""
    named = os.environ.get("CENSUS_TOML")
    path = Path(named) if named else config_folder / "census.toml"
    if not named and not path.exists():
        return CensusToml()
    expect_own(path)
    said = read_census_toml(path)
    if said.organizations:
        warn_if_readable(path)  # the file contains their tokens
    return said


def _default_config_folder() -> str:
    folder = typer.get_app_dir("conda-census")
    if not Path(folder).is_absolute():
        # A user without a home, as in a container: keys in the working directory would soon be lost.
        raise CensusError(
            "there is no home folder to keep the keys behind the pseudonyms in: "
            "set CENSUS_CONFIG to a folder that lasts"
        )
    return folder
