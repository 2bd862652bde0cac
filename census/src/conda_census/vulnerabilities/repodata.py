"""Which builds do the channels have that the lake was told of?"""

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
#: Older indexes have seconds where newer ones have milliseconds (conda.models.records).
_LARGEST_SECONDS = 253402300799

Row = dict[str, object]


@dataclass(frozen=True)
class ImportedRepodata:
    """What became of the indexes that were read: how many builds each subdir of a channel has."""

    subdirs: dict[tuple[str, str], int]
    problems: tuple[CensusError, ...]


def import_repodata(lake: Lake, places: Iterable[str], channel: str | None = None) -> ImportedRepodata:
    """Read indexes of channels into the lake, each in place of what it knew of that subdir.

    Args:
        lake: where they are kept.
        places: paths, folders of a channel, and addresses.
        channel: the name of the channel, where it is another one than the paths say.

    Raises:
        LakeError: the lake cannot be read or written.
    """
    rows: dict[tuple[str, str], list[Row]] = {}
    problems: list[CensusError] = []
    for place in places:
        try:
            for found, between in find_repodata(place):
                repodata = read_repodata(found, channel if channel is not None else between)
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
            read = [pa.Table.from_pylist(each, schema=_SCHEMA) for each in rows.values()]
            lake.replace_reference(REPODATA_BUILDS, pa.concat_tables([kept, *read]))
    return ImportedRepodata({key: len(each) for key, each in rows.items()}, tuple(problems))


def channel_builds(lake: Lake, names: Iterable[str]) -> list[Build]:
    """The builds of these packages that the imported indexes list.

    Raises:
        LakeError: the lake cannot be read.
    """
    rows = lake.reference(REPODATA_BUILDS)
    wanted = pc.is_in(rows["name"], pa.array(sorted(names), pa.string()))
    return [Build(**row) for row in rows.filter(wanted).select(Build._fields).to_pylist()]


def _rows(repodata: Repodata) -> tuple[list[Row], list[CensusError]]:
    """One row for each build, and what is wrong with those that were left out."""
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
    if not timestamp or not (number := timestamp.whole_number()):
        return None
    seconds = number if number <= _LARGEST_SECONDS else number / 1000
    if seconds > _LARGEST_SECONDS:
        raise timestamp.wrong("is beyond the year 9999: correct it")
    return _EPOCH + timedelta(seconds=seconds)


def _smaller(one: Row, other: Row) -> Row:
    sizes = [size for size in (one["size"], other["size"]) if isinstance(size, int)]
    return one | {"size": min(sizes, default=None)}
