"""Schema of the reference tables, which hold facts that no log has, column by column.

A reference table is created when it is first written.
"""

from __future__ import annotations

from conda_census.lake.schema import Column, Reference

__all__ = ["ADVISORIES", "NAMES", "OVERRIDES", "REFERENCES", "REPODATA_BUILDS"]

ADVISORIES = Reference(
    name="advisories",
    one_row="one OSV record, the one that was modified last",
    columns=(
        Column("id", "VARCHAR", "its id, such as PYSEC-2023-192"),
        Column("modified", "TIMESTAMPTZ", "when it was modified"),
        Column("published", "TIMESTAMPTZ", "when it was published; null where it does not say"),
        Column("withdrawn", "TIMESTAMPTZ", "when it was withdrawn; null where it stands"),
        Column("severity", "VARCHAR", "none, low, medium, high, critical or unknown"),
        Column("summary", "VARCHAR", "one sentence"),
        Column("aliases", "VARCHAR[]", "ids of the same vulnerability elsewhere"),
        Column("packages", "VARCHAR[]", "ECOSYSTEM:NAME of each package that it is about"),
        Column("record", "VARCHAR", "the whole record, as JSON"),
    ),
)

NAMES = Reference(
    name="names",
    one_row="one conda name and one name that it has elsewhere, as one map says",
    columns=(
        Column("conda_name", "VARCHAR", "name of the conda package"),
        Column("ecosystem", "VARCHAR", "ecosystem of OSV, such as PyPI"),
        Column("name", "VARCHAR", "its name there; null where it has none"),
        Column("format", "VARCHAR", "own, parselmouth, flat or grayskull: how the map is written"),
        Column("map", "VARCHAR", "name of the file that said so"),
        Column("imported", "BIGINT", "number of the import: of two maps of a format the later one counts"),
    ),
)

OVERRIDES = Reference(
    name="overrides",
    one_row="one statement about builds of one package and one advisory",
    columns=(
        Column("advisory", "VARCHAR", "an id or alias of the advisory"),
        Column("conda_name", "VARCHAR", "name of the conda package"),
        Column("version", "VARCHAR", "its version; null for all"),
        Column("build", "VARCHAR", "build string; null for all"),
        Column("from_build_number", "BIGINT", "the build and all of its version from this number on"),
        Column("subdir", "VARCHAR", "platform folder; null for all"),
        Column("channel", "VARCHAR", "channel; null for all"),
        Column(
            "status", "VARCHAR", "not_affected, fixed, affected or under_investigation, as OpenVEX has it"
        ),
        Column("justification", "VARCHAR", "why it is not affected, a word of OpenVEX"),
        Column("statement", "VARCHAR", "why, or what to do, for a reader"),
        Column("said_at", "TIMESTAMPTZ", "when this was said: the latest statement counts"),
        Column("author", "VARCHAR", "who said it"),
    ),
)

REPODATA_BUILDS = Reference(
    name="repodata_builds",
    one_row="one build that a channel has, whatever its extensions",
    columns=(
        Column("channel", "VARCHAR", "channel, as in downloads"),
        Column("subdir", "VARCHAR", "platform folder: noarch, linux-64, …"),
        Column("name", "VARCHAR", "package name"),
        Column("version", "VARCHAR", "package version"),
        Column("build", "VARCHAR", "build string"),
        Column("build_number", "BIGINT", "build number"),
        Column("size", "BIGINT", "bytes of the smallest file of it; null where not said"),
        Column("time", "TIMESTAMPTZ", "when it was built; null where not said"),
    ),
)

REFERENCES: tuple[Reference, ...] = (ADVISORIES, NAMES, OVERRIDES, REPODATA_BUILDS)
