"""Builds of channels, from repodata that was imported into the lake."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from conda_census.errors import CensusError
from conda_census.lake.references import REPODATA_BUILDS
from conda_census.lake.schema import delta_schema
from conda_census.lake.store import Lake
from conda_census.vulnerabilities.conda_packages import Build
from conda_census.vulnerabilities.conda_versions import VersionError, parse_version
from conda_census.vulnerabilities.input_fields import Field
from conda_census.vulnerabilities.repodata_files import Repodata, find_repodata, read_repodata

__all__ = ["ImportedRepodata", "channel_builds", "import_repodata"]

_SCHEMA = pa.schema(delta_schema(REPODATA_BUILDS).to_arrow())
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Older indexes have seconds, newer ones milliseconds (conda.models.records).
_LARGEST_SECONDS = 253402300799

Row = dict[str, object]


@dataclass(frozen=True)
class ImportedRepodata:
    """Result of an import: the number of builds by channel and subdir, and what could not be read."""

    subdirs: dict[tuple[str, str], int]
    problems: tuple[CensusError, ...]


def import_repodata(lake: Lake, places: Iterable[str], channel: str | None = None) -> ImportedRepodata:
    """Import indexes of channels into the lake; each replaces the earlier index of its subdir.

    Args:
        lake: the lake that keeps them.
        places: paths of indexes, folders of channels, and URLs.
        channel: the name of the channel, if it differs from the paths.

    Raises:
        LakeError: the lake cannot be read or written.
    """
    rows: dict[tuple[str, str], list[Row]] = {}
    problems: list[CensusError] = []
    for place in places:
        try:
            for index, between in find_repodata(place):
                repodata = read_repodata(index, channel if channel is not None else between)
                rows[repodata.channel, repodata.subdir], wrong = _rows(repodata)
                problems += wrong
        except CensusError as problem:
            problems.append(problem)
    if rows:
        with lake.changing_references():
            kept = lake.reference(REPODATA_BUILDS)
            for name, subdir in rows:
                is_other = pc.or_(pc.not_equal(kept["channel"], name), pc.not_equal(kept["subdir"], subdir))
                kept = kept.filter(is_other)
            read = [pa.Table.from_pylist(of_subdir, schema=_SCHEMA) for of_subdir in rows.values()]
            lake.replace_reference(REPODATA_BUILDS, pa.concat_tables([kept, *read]))
    return ImportedRepodata({key: len(of_subdir) for key, of_subdir in rows.items()}, tuple(problems))


def channel_builds(lake: Lake, names: Iterable[str]) -> list[Build]:
    """Return the builds of these packages that the imported indexes list.

    Raises:
        LakeError: the lake cannot be read.
    """
    rows = lake.reference(REPODATA_BUILDS)
    wanted = pc.is_in(rows["name"], pa.array(sorted(names), pa.string()))
    return [Build(**row) for row in rows.filter(wanted).select(Build._fields).to_pylist()]


def _rows(repodata: Repodata) -> tuple[list[Row], list[CensusError]]:
    """Return one row for each build, and one error for each that was left out."""
    rows: dict[tuple[str, str, str], Row] = {}
    problems: list[CensusError] = []
    for kind in ("packages", "packages.conda"):
        for _, record in repodata.content[kind].pairs() if repodata.content[kind] else ():
            try:
                row = _row(record, repodata)
            except CensusError as problem:
                problems.append(problem)
                continue
            key = (str(row["name"]), str(row["version"]), str(row["build"]))
            rows[key] = _smaller(rows.get(key, row), row)
    return list(rows.values()), problems


def _row(record: Field, repodata: Repodata) -> Row:
    version = record["version"].text()
    try:
        parse_version(version)
    except VersionError as error:
        raise record["version"].wrong(f"says {error}") from None
    return {
        "channel": repodata.channel,
        "subdir": repodata.subdir,
        "name": record["name"].text(),
        "version": version,
        "build": record["build"].text(),
        "build_number": record["build_number"].whole_number(),
        "size": record["size"].whole_number() if record["size"] else None,
        "time": _time(record["timestamp"]),
    }


def _time(timestamp: Field) -> datetime | None:
    if not timestamp or not (since_epoch := timestamp.whole_number()):
        return None
    seconds = since_epoch if since_epoch <= _LARGEST_SECONDS else since_epoch / 1000
    if seconds > _LARGEST_SECONDS:
        raise timestamp.wrong("is beyond the year 9999: correct it")
    return _EPOCH + timedelta(seconds=seconds)


def _smaller(one: Row, other: Row) -> Row:
    sizes = [size for size in (one["size"], other["size"]) if isinstance(size, int)]
    return one | {"size": min(sizes, default=None)}
