"""SQL views over a lake, and a database for custom queries that cannot write.

DuckDB may write whatever it may read: even ``WITH a AS (COPY …) SELECT`` overwrites a file of a lake. So the
database for custom queries has no access to any file. Arrow reads the files of the lake for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import TypeVar

import duckdb
import ibis
import pyarrow as pa
import pyarrow.dataset as ds
from ibis.expr.types import Table

from conda_census.engines.choice import with_gaps
from conda_census.engines.duckdb_engine import open_lake, quoted, select_columns, select_table
from conda_census.engines.lake_tables import LakeTables
from conda_census.errors import CensusError, LakeError, first_line
from conda_census.lake.schema import MEASURED, TableName, delta_schema
from conda_census.lake.schema import Table as TableOfLake
from conda_census.lake.store import Lake
from conda_census.metrics.agent_shares import latest_agents
from conda_census.metrics.coverage.accounting import drops_by_reason, why_nothing_is_known
from conda_census.metrics.coverage.completeness import count_days
from conda_census.metrics.coverage.copied_logs import count_copies
from conda_census.metrics.coverage.doubtful_logs import count_logs, doubts_about_logs
from conda_census.metrics.coverage.window import Window, choose_window, known_days, within
from conda_census.metrics.day_totals import downloads_by_day, first_days, sessions_by_day
from conda_census.metrics.installers import downloads_by_installer
from conda_census.metrics.opted_out import traffic_by_sharing
from conda_census.metrics.packages import downloads_by_package, users_by_package
from conda_census.metrics.population import environment_pairs, population
from conda_census.metrics.sessions import session_counts
from conda_census.metrics.visitors import visitor_days
from conda_census.settings_file import Hole
from conda_census.spill_folders import spill_folder_of_process

__all__ = ["VIEWS", "Answer", "OwnQueries", "QueryError"]

Done = TypeVar("Done")
#: A query has this long to end before it is interrupted again.
_AGAIN_S = 0.1

#: Each view with the meaning of one row: tables of the lake first, then the definitions of the report.
VIEWS: Mapping[str, str] = {
    **{table.name: table.one_row for table in MEASURED},
    "days": "one day of the window, and what is known of it",
    "installations": "one installation of the window: when it was seen, its environments, its class",
    "environments": "one pair of environment and installation of the window",
    "visitor_days": "one visitor, a network and an agent, on one day",
    "session_counts": "the window: session tokens, and sessions without one",
    "traffic": "what has the plug-in and opted out (off), or shares (tokens): requests and sessions",
    "by_day": "one day of the window, with nulls if nothing is known of it",
    "agents": "one agent: the installations that sent it in their latest session",
    "packages": "one package: who downloaded it, and how often",
    "installers": "one installer in one month, by kind of agent",
    "drops": "one reason why lines did not count",
}
#: The statement types that a query may use; the parser's MULTI is PIVOT, several statements in one.
_ALLOWED = frozenset({"SELECT", "CREATE", "DROP", "SET", "MULTI"})
#: DuckDB's message if Arrow cannot read a file.
_UNREADABLE = re.compile(r"registered as 'files_of_(\w+)' failed: (.*?)(?:\. Detail|$)")
_ROWS = [duckdb.ExpectedResultType.QUERY_RESULT]


class QueryError(CensusError):
    """The query cannot be run."""


@dataclass(frozen=True)
class Answer:
    """The rows of one statement, with their columns, each name once."""

    columns: list[str]
    _result: duckdb.DuckDBPyConnection

    def fetchmany(self, size: int) -> list[tuple[object, ...]]:
        """Return the next rows, none after the last.

        Raises:
            QueryError: they cannot be computed.
            LakeError: a file cannot be read.
        """
        with _one_line():
            return _interruptible(self._result, lambda: self._result.fetchmany(size))


@dataclass(frozen=True)
class _FilesNow:
    """Files of a lake at one moment, which a compaction may replace later."""

    hidden_columns: frozenset[str]
    by_table: Mapping[TableName, list[str]]

    @classmethod
    def of(cls, lake: Lake) -> _FilesNow:
        return cls(lake.hidden_columns, {table.name: lake.files(table.name) for table in MEASURED})

    def files(self, name: TableName) -> list[str]:
        return self.by_table[name]


class OwnQueries:
    """In-memory database with the views of one lake as it was when this was created.

    Its queries read the lake and no other file. They write no file, load no extension, use no network, and
    cannot change these rules.

    Attributes:
        window: the days that the definitions of the report cover.
        nothing_known: why nothing is known of any day, and what to do; empty if the lake has a request.
        days_outside: days before or after the window of which nothing is known. The tables hold these too.
        copies: number of logs of the lake that look like copies of others, whose requests and downloads
            count again.
        unread_logs: number of logs that could not be read.
        doubtful_logs: number of logs of the lake that were read with a doubt.
        statements: for each view the statement that creates it in any DuckDB that may read the lake.
    """

    def __init__(
        self,
        lake: Lake,
        holes: tuple[Hole, ...] = (),
        since: date | None = None,
        until: date | None = None,
    ) -> None:
        """Create the views.

        Raises:
            LakeError: a table cannot be read.
            WindowError: no day of the window has a log.
        """
        now = _FilesNow.of(lake)
        tables = with_gaps(open_lake(now), lake, holes)
        self.window = choose_window(tables, since, until)
        whole = choose_window(tables, may_lack_logs=True)
        self.nothing_known = ""
        if whole.since is None:  # no requested day is known to be quiet
            self.window, self.nothing_known = whole, why_nothing_is_known(tables)
        self.days_outside = _unknown_outside(tables, self.window, whole)
        self.copies = count_copies(tables)
        self.unread_logs = tables.unread_logs
        self.doubtful_logs = count_logs(doubts_about_logs(tables, "tokens", "addresses", "unread"))
        self.statements = _statements(now, tables, self.window)
        self._connection = _locked(now, self.statements)

    def run(self, text: str, *, at_most: int | None = None) -> Iterator[Answer]:
        """Run statements, and yield the answer of each that has rows before the next one runs.

        At most ``at_most`` of them may have rows.

        Raises:
            QueryError: one is wrong, or does what no query may do here, or there is none.
            LakeError: a file cannot be read.
        """
        statements = self._allowed(text)
        asked = [statement for statement in statements if statement.expected_result_type == _ROWS]
        if at_most is not None and len(asked) > at_most:
            raise QueryError(f"{len(asked)} queries, and only {at_most} can be answered: ask one at a time")
        for statement in statements:
            with _one_line():
                result = _interruptible(self._connection, partial(self._connection.execute, statement))
            if statement in asked or statement.type.name == "MULTI":
                yield Answer(_distinct([str(column[0]) for column in result.description or ()]), result)

    def _allowed(self, text: str) -> list[duckdb.Statement]:
        """Return the statements of a text, if each may be run."""
        try:
            text.encode()
        except UnicodeEncodeError:
            raise QueryError("the query is not in UTF-8: write it in UTF-8") from None
        with _one_line():
            statements = self._connection.extract_statements(text)
        if not statements:
            raise QueryError("the query is empty: give one, such as SELECT count(*) FROM installations")
        for statement in statements:
            if statement.type.name not in _ALLOWED:
                raise QueryError(
                    f"{statement.type.name}: not possible here, where queries only read, and nothing in the "
                    "lake can change: ask with SELECT or PIVOT; CREATE, DROP and SET change nothing but this "
                    "database in memory"
                )
        return statements


def _unknown_outside(tables: LakeTables, window: Window, whole: Window) -> tuple[date, ...]:
    """Return the unknown days of the ``whole`` lake before and after the window."""
    if window.until is None or whole.until is None or whole.until <= window.until:
        return window.days_unknown_before
    after = window.until + timedelta(days=1)
    return window.days_unknown_before + known_days(tables).unknown(after, whole.until)


def _interruptible(connection: duckdb.DuckDBPyConnection, work: Callable[[], Done]) -> Done:
    """Run the work in a separate thread, so that Ctrl-C reaches the waiting thread.

    DuckDB 2.0 may wait forever for its own threads if the signal reaches the thread that runs the query.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed, and the query has ended.
    """
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(work)
        try:
            return running.result()
        except KeyboardInterrupt:
            connection.interrupt()
            while not wait([running], timeout=_AGAIN_S).done:  # it had not begun
                connection.interrupt()
            raise


@contextmanager
def _one_line() -> Iterator[None]:
    """Report in one line what is wrong with a query, or with the lake."""
    try:
        yield
    except duckdb.OutOfMemoryException:
        raise  # not the query's fault
    except RuntimeError as error:
        if "interrupted" in str(error):  # DuckDB's message for Ctrl-C
            raise KeyboardInterrupt from None
        raise
    except duckdb.Error as error:
        problem = first_line(error)
        if unreadable := _UNREADABLE.search(problem):
            raise LakeError(
                f"a file of the table {unreadable[1]} cannot be read ({unreadable[2]}): run the same command "
                "again, and if a file is damaged, restore it from your backup"
            ) from None
        views = f"; the views are {', '.join(VIEWS)}" if "Table with name" in problem else ""
        raise QueryError(f"the query cannot be run ({problem}): correct it{views}") from None


def _locked(now: _FilesNow, statements: Mapping[str, str]) -> duckdb.DuckDBPyConnection:
    """Return a database that has the views, and no access to files."""
    connection = duckdb.connect(config={"python_enable_replacements": False})
    for setting in (
        "TimeZone = 'UTC'",
        "enable_progress_bar = false",
        f"temp_directory = {quoted(str(spill_folder_of_process()))}",
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
        "allow_persistent_secrets = false",
    ):
        connection.execute(f"SET {setting}")
    for table in MEASURED:
        if now.files(table.name):
            name = f"files_of_{table.name}"
            connection.register(name, _dataset(table, now))
            columns = select_columns(table, now.hidden_columns)
            connection.execute(f"CREATE VIEW {table.name} AS SELECT {columns} FROM {name}")
        else:
            connection.execute(statements[table.name])
    for name, statement in statements.items():
        if name not in now.by_table:
            connection.execute(statement)
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def _dataset(table: TableOfLake, now: _FilesNow) -> ds.Dataset:
    shown = [
        field for field in pa.schema(delta_schema(table).to_arrow()) if field.name not in now.hidden_columns
    ]
    folders = ds.partitioning(pa.schema([("day", pa.date32())]), flavor="hive")
    return ds.dataset(now.files(table.name), pa.schema(shown), format="parquet", partitioning=folders)


def _statements(now: _FilesNow, tables: LakeTables, window: Window) -> dict[str, str]:
    """Return for each view the statement that creates it, in an order in which they can be run.

    The views of the lake's tables name the current files of the tables. The others contain the expressions
    of the report's metrics, word for word.
    """
    selects: dict[str, str] = {
        table.name: select_table(table, now.files(table.name), now.hidden_columns) for table in MEASURED
    }
    views = {**selects, "days": _days(tables, window), "by_day": _by_day(tables, window)}
    views |= {name: _sql(expression) for name, expression in _definitions(tables, window).items()}
    return {name: f"CREATE OR REPLACE VIEW {name} AS\n{views[name]};" for name in VIEWS}


def _definitions(tables: LakeTables, window: Window) -> dict[str, Table]:
    inside = within(tables, window)
    seen = population(tables.sessions, window)
    return {
        "installations": seen if window.since is None else seen.filter(seen.last_day >= window.since),
        "environments": environment_pairs(tables.sessions, window),
        "visitor_days": visitor_days(inside.sessions),
        "session_counts": session_counts(inside.sessions),
        "traffic": traffic_by_sharing(inside.sessions),
        "agents": latest_agents(inside.sessions).rename(installations="number"),
        "packages": _packages(inside.downloads),
        "installers": downloads_by_installer(inside.installer_downloads),
        "drops": drops_by_reason(inside.sources),
    }


def _packages(downloads: Table) -> Table:
    fetched = downloads_by_package(downloads, ("name",))
    users = users_by_package(downloads, ("name",))
    both = fetched.left_join(users, "name")
    return both.select(
        "name",
        "downloads",
        environments=both.environments.fill_null(0),
        installations=both.installations.fill_null(0),
    )


def _days(tables: LakeTables, window: Window) -> str:
    """Return SQL for the coverage of each day, which no file contains."""
    rows = [
        f"(DATE '{each.day}', {quoted(each.state)}, {each.state in ('complete', 'provisional')}, "
        f"{window.is_first_seen_known(each.day, each.day)}, {quoted(each.reason)})"
        for each in count_days(tables, window)
    ]
    nothing = "(CAST(NULL AS DATE), '', false, false, '')"
    names = "day, state, is_known, is_first_seen_known, reason"
    values = ",\n".join(rows or [nothing])
    return f"SELECT * FROM (VALUES\n{values}) AS days ({names}) WHERE day IS NOT NULL"


def _by_day(tables: LakeTables, window: Window) -> str:
    """Return SQL for the numbers of each day: null if nothing is known of it, and 0 if it was quiet."""
    inside = within(tables, window)
    first = first_days(population(tables.sessions, window))
    return f"""\
SELECT days.day,
    CASE WHEN is_known THEN coalesce(sessions, 0) END AS sessions,
    CASE WHEN is_known THEN coalesce(installations, 0) END AS installations,
    CASE WHEN is_first_seen_known THEN coalesce(number, 0) END AS first_seen,
    CASE WHEN is_known THEN coalesce(downloads, 0) END AS downloads
FROM days
LEFT JOIN (
{_sql(sessions_by_day(inside.sessions))}
) AS active ON active.day = days.day
LEFT JOIN (
{_sql(first)}
) AS first ON first.first_day = days.day
LEFT JOIN (
{_sql(downloads_by_day(inside.downloads))}
) AS fetched ON fetched.day = days.day
ORDER BY days.day"""


def _sql(expression: Table) -> str:
    return str(ibis.to_sql(expression.unbind(), dialect="duckdb"))


def _distinct(names: Sequence[str]) -> list[str]:
    distinct: list[str] = []
    for name in names:
        number, free = 1, name
        while free in distinct:
            free, number = f"{name}_{number}", number + 1
        distinct.append(free)
    return distinct
