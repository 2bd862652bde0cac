"""Schema of each Delta table of the lake, with a comment on every column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from deltalake import Field, Schema
from deltalake.schema import ArrayType, MapType, PrimitiveType

__all__ = [
    "IN_CLEAR",
    "LAKE_VERSION",
    "MEASURED",
    "TABLES",
    "Column",
    "Reference",
    "ReferenceName",
    "Table",
    "TableName",
    "delta_schema",
]

#: Incremented when the previous census could not read a lake of the new version. 1: o/, i/ and m/ tokens in
#: clear. 2: their pseudonyms (``ingest/conversion.py`` converts from 1 to 2).
LAKE_VERSION = 2
#: Columns with tokens in clear in a lake of version 1.
IN_CLEAR = frozenset({"organizations", "installers", "machines"})

TableName = Literal["sessions", "downloads", "installer_downloads", "request_ids", "line_marks", "sources"]
ReferenceName = Literal["advisories", "names", "overrides", "repodata_builds"]

ColumnType = Literal[
    "DATE",
    "TIMESTAMPTZ",
    "BLOB",
    "VARCHAR",
    "BIGINT",
    "BOOLEAN",
    "BLOB[]",
    "VARCHAR[]",
    "MAP(VARCHAR, BIGINT)",
    "MAP(VARCHAR, BIGINT[])",
]


@dataclass(frozen=True)
class Column:
    """A column: its name, its DuckDB type, and its meaning.

    Every column may be null: a log has only what its client sent.
    """

    name: str
    type: ColumnType
    comment: str


@dataclass(frozen=True)
class Table:
    """A table: its name, the meaning of a row, its columns, and the order in which rows are written.

    ``day`` is the partition. Rows are sorted so that repeated values are adjacent and compress well.
    """

    name: TableName
    one_row: str
    columns: tuple[Column, ...]
    sort: tuple[str, ...]


@dataclass(frozen=True)
class Reference:
    """A small table that no log made, about advisories and channels; it is not partitioned."""

    name: ReferenceName
    one_row: str
    columns: tuple[Column, ...]


_DAY = Column("day", "DATE", "UTC day of the row's first request; the partition")

_SESSIONS = Table(
    name="sessions",
    one_row="one session in one batch",
    columns=(
        _DAY,
        Column("session", "BLOB", "pseudonym of the s/ token, or of (network, agent, hour) where folded"),
        Column("folded", "BOOLEAN", "true where there was no session token, so that requests were folded"),
        Column("client", "BLOB", "pseudonym of the c/ token: the installation; null without one"),
        Column("environment", "BLOB", "pseudonym of the e/ token; null without one"),
        Column("network", "BLOB", "pseudonym of the address, good for this day only; null if unknown"),
        Column("sharing", "VARCHAR", "tokens, off (opted out) or absent (no plug-in)"),
        Column(
            "tool", "VARCHAR", "program that sent the requests: conda, mamba, pixi, curl, …; null if unknown"
        ),
        Column("tool_version", "VARCHAR", "its version"),
        Column("python", "VARCHAR", "Python implementation, such as CPython"),
        Column("python_version", "VARCHAR", "its version"),
        Column("os", "VARCHAR", "operating system: Linux, Darwin, Windows, …"),
        Column("os_version", "VARCHAR", "its release, of the kernel"),
        Column("distro", "VARCHAR", "distribution of the operating system, such as ubuntu or OSX"),
        Column("distro_version", "VARCHAR", "its version"),
        Column("libc", "VARCHAR", "C library, such as glibc"),
        Column("libc_version", "VARCHAR", "its version"),
        Column("solver", "VARCHAR", "solver that conda used; null with the classic one"),
        Column("solver_version", "VARCHAR", "its version"),
        Column("plugin_version", "VARCHAR", "version after aau/; null without the plug-in"),
        Column("organizations", "BLOB[]", "pseudonyms of the o/ tokens, which an administrator has set"),
        Column("installers", "BLOB[]", "pseudonyms of the i/ tokens, which an administrator has set"),
        Column(
            "machines",
            "BLOB[]",
            "pseudonyms of the m/ tokens, set by an administrator; none unless census.toml asks for it",
        ),
        Column("first_time", "TIMESTAMPTZ", "time of its first request in this batch"),
        Column("last_time", "TIMESTAMPTZ", "time of its last request in this batch"),
        Column("requests", "BIGINT", "requests, of every kind and status"),
        Column("index_requests", "BIGINT", "of these, for repodata and its like"),
        Column("downloads", "BIGINT", "completed downloads of packages"),
        Column("heartbeats", "BIGINT", "requests for the activation heartbeat"),
        Column("bytes", "BIGINT", "bytes sent to it"),
    ),
    sort=("day", "client", "environment", "first_time", "session"),
)

_DOWNLOADS = Table(
    name="downloads",
    one_row="one completed package download",
    columns=(
        _DAY,
        Column("time", "TIMESTAMPTZ", "time of the request, of the last one where it came in pieces"),
        Column("session", "BLOB", "the session, as in sessions"),
        Column("client", "BLOB", "the installation, as in sessions"),
        Column("environment", "BLOB", "the environment, as in sessions"),
        Column("organizations", "BLOB[]", "the organisations, as in sessions"),
        Column("channel", "VARCHAR", "what stands before the subdir, such as pkgs/main; '' at the root"),
        Column("subdir", "VARCHAR", "platform folder: noarch, linux-64, …"),
        Column("name", "VARCHAR", "package name"),
        Column("version", "VARCHAR", "package version"),
        Column("build", "VARCHAR", "build string"),
        Column("build_number", "BIGINT", "build number as the build string tells it; null if it does not"),
        Column("extension", "VARCHAR", "conda or tar.bz2"),
        Column("bytes", "BIGINT", "bytes sent, of all its pieces"),
    ),
    sort=("day", "channel", "subdir", "name", "version", "build", "time"),
)

_INSTALLER_DOWNLOADS = Table(
    name="installer_downloads",
    one_row="one completed installer download",
    columns=(
        _DAY,
        Column("time", "TIMESTAMPTZ", "time of the request, of the last one where it came in pieces"),
        Column("client", "BLOB", "the installation that fetched it; null as a rule"),
        Column("network", "BLOB", "pseudonym of the address, good for this day only; null if unknown"),
        Column("product", "VARCHAR", "Miniconda3, Anaconda3, Miniforge3, …"),
        Column("version", "VARCHAR", "its version, or latest"),
        Column("platform", "VARCHAR", "operating system and machine, such as Linux-x86_64"),
        Column("extension", "VARCHAR", "sh, pkg or exe"),
        Column("bytes", "BIGINT", "bytes sent, of all its pieces"),
        Column("tool", "VARCHAR", "program that fetched it, as in sessions"),
    ),
    sort=("day", "product", "platform", "version", "time"),
)

_REQUEST_IDS = Table(
    name="request_ids",
    one_row="one request that its log names, while its lines may still be delivered again",
    columns=(
        _DAY,
        Column("request", "BIGINT", "keyed hash of the name and the time of the request"),
    ),
    sort=("day",),
)

_LINE_MARKS = Table(
    name="line_marks",
    one_row="the lines that one reading of a log took, by which a file that begins like it is known",
    columns=(
        _DAY,
        Column("batch", "VARCHAR", "writer and number of the batch that read it, as in sources"),
        Column("source", "VARCHAR", "where the file was read from, as in sources"),
        Column("first_line", "BIGINT", "number of the first line that the reading took, as in sources"),
        Column("marks", "BLOB", "two bytes a line, which tell nothing without the key"),
    ),
    sort=("day", "batch", "source", "first_line"),
)

_SOURCES = Table(
    name="sources",
    one_row="one reading of one log file",
    columns=(
        _DAY,
        Column("source", "VARCHAR", "where the file was read from"),
        Column("size", "BIGINT", "bytes of the log, decompressed, from its start to the last line read"),
        Column("head", "VARCHAR", "keyed SHA-256 of the log's first line: what stays while it grows"),
        Column("fingerprint", "VARCHAR", "keyed SHA-256 of these bytes' number, first and last 64 KiB"),
        Column(
            "stored_fingerprint",
            "VARCHAR",
            "of the file as it is stored; for an object, of its address, size and e_tag",
        ),
        Column("format", "VARCHAR", "log format, such as combined"),
        Column("decoder_version", "BIGINT", "version of the rules by which requests were understood"),
        Column("first_line", "BIGINT", "number of the first line that this reading took, from 1"),
        Column("lines", "BIGINT", "lines of this reading"),
        Column("requests", "BIGINT", "of these, requests"),
        Column("dropped", "MAP(VARCHAR, BIGINT)", "lines that did not count, by reason"),
        Column("dropped_lines", "MAP(VARCHAR, BIGINT[])", "numbers of the first such lines, by reason"),
        Column("other_requests", "BIGINT", "requests for nothing that a conda repository is known to hold"),
        Column("malformed_tokens", "BIGINT", "requests whose tokens were not in the grammar, so not used"),
        Column("unknown_tokens", "BIGINT", "requests with a token of a kind that this version does not know"),
        Column("first_time", "TIMESTAMPTZ", "time of the first request"),
        Column("last_time", "TIMESTAMPTZ", "time of the last request"),
        Column("batch", "VARCHAR", "writer and number of the batch that read it"),
        Column("ingested_at", "TIMESTAMPTZ", "when the batch was written down"),
    ),
    sort=("day", "first_time", "source"),
)

TABLES: tuple[Table, ...] = (_SESSIONS, _DOWNLOADS, _INSTALLER_DOWNLOADS, _REQUEST_IDS, _LINE_MARKS, _SOURCES)
#: Tables for metrics: request ids and marks of lines are of no use there.
MEASURED = tuple(table for table in TABLES if table not in (_REQUEST_IDS, _LINE_MARKS))

_DELTA_TYPES: dict[ColumnType, PrimitiveType | ArrayType | MapType] = {
    "DATE": PrimitiveType("date"),
    "TIMESTAMPTZ": PrimitiveType("timestamp"),
    "BLOB": PrimitiveType("binary"),
    "VARCHAR": PrimitiveType("string"),
    "BIGINT": PrimitiveType("long"),
    "BOOLEAN": PrimitiveType("boolean"),
    "BLOB[]": ArrayType(PrimitiveType("binary"), contains_null=False),
    "VARCHAR[]": ArrayType(PrimitiveType("string"), contains_null=False),
    "MAP(VARCHAR, BIGINT)": MapType(
        PrimitiveType("string"), PrimitiveType("long"), value_contains_null=False
    ),
    "MAP(VARCHAR, BIGINT[])": MapType(
        PrimitiveType("string"),
        ArrayType(PrimitiveType("long"), contains_null=False),
        value_contains_null=False,
    ),
}


def delta_schema(table: Table | Reference) -> Schema:
    """Return the table's schema for Delta, each column with its comment as metadata."""
    return Schema(
        [
            Field(column.name, _DELTA_TYPES[column.type], nullable=True, metadata={"comment": column.comment})
            for column in table.columns
        ]
    )
