"""Do one's own queries count as the report does, and can they write nothing?"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from census_support.inputs.small_log import SmallLog
from census_support.lakes.simulated_lake import simulated_lake
from census_support.oracles.documented import blocks, broken_links, commands_in_shell, parse
from conda_census.config import Settings
from conda_census.engines.choice import opened
from conda_census.errors import LakeError
from conda_census.ingest.pipeline import ingest
from conda_census.lake.compaction import compact
from conda_census.lake.store import Lake
from conda_census.reports.json_documents import to_json
from conda_census.reports.listings.query_text import print_csv, print_json, print_text
from conda_census.reports.listings.sql_views import VIEWS, OwnQueries, QueryError
from conda_census.reports.usage.build import make_report
from conda_census.settings_file import Hole
from conda_census.spill_folders import spill_folder_of_process

DOCUMENT = Path(__file__).parents[3] / "docs" / "how-to" / "own-queries.md"
HOLE = Hole(date(2024, 1, 4), date(2024, 1, 4), "the mirror was down")


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """The lake of a made-up population, without the log of two of its days; in two batches, compacted."""
    folder = tmp_path_factory.mktemp("it's simulated")
    lake = simulated_lake(folder)
    for log in sorted((folder / "logs").glob("*2024-01-0[45]*")):
        log.unlink()
    shutil.rmtree(folder / "lake")
    logs = sorted(str(path) for path in (folder / "logs").iterdir())
    for some in (logs[::2], logs[1::2]):
        ingest(some, Settings(folder / "lake", folder / "config", "main"), "auto", lambda **_: None)
    compact(lake, 7, lambda *_, **__: None)
    return Lake.open(lake.path)


@pytest.fixture(scope="module")
def queries(lake: Lake) -> OwnQueries:
    """What asks it."""
    return OwnQueries(lake, (HOLE,))


@pytest.fixture(scope="module")
def report(lake: Lake) -> dict[str, Any]:
    """What the report says of it."""
    with opened(lake, "duckdb", (HOLE,)) as tables:
        return to_json(make_report(tables, top=10_000))


def _ask(queries: OwnQueries, text: str) -> list[tuple[object, ...]]:
    return [row for answer in queries.run(text) for row in answer.fetchmany(10_000_000)]


@pytest.mark.takes_turns(5, among="the longest")
def test_a_glob_counts_twice_and_the_views_do_not(
    lake: Lake, queries: OwnQueries, report: dict[str, Any]
) -> None:
    """What compact has replaced lies there for some days more."""
    files = str(lake.path / "downloads" / "*" / "*.parquet").replace("'", "''")
    ((by_glob,),) = duckdb.connect().execute(f"SELECT count(*) FROM '{files}'").fetchall()
    ((counted,),) = _ask(queries, "SELECT count(*) FROM downloads")
    assert counted == report["downloads"]["total"] > 0
    assert by_glob > counted


@pytest.mark.takes_turns(5, among="the longest")
def test_installations_and_environments(queries: OwnQueries, report: dict[str, Any]) -> None:
    """By class, by how many environments they have, and the pairs."""
    by_class = dict(_ask(queries, 'SELECT "class", count(*) FROM installations GROUP BY 1'))
    assert by_class == {
        name: number for name, number in report["installations"]["by_class"].items() if number
    }
    spread = dict(
        _ask(
            queries,
            "SELECT CASE WHEN environments >= 5 THEN '5+' ELSE environments::VARCHAR END, count(*) "
            "FROM installations WHERE environments > 0 GROUP BY 1",
        )
    )
    assert spread == {each: n for each, n in report["environments"]["per_installation"].items() if n}
    assert _ask(queries, "SELECT count(*) FROM environments") == [(report["environments"]["total"],)]


def test_traffic(queries: OwnQueries, report: dict[str, Any]) -> None:
    """Sessions, and the three measures of who opted out and who shares."""
    sessions = report["sessions"]
    assert _ask(queries, "FROM session_counts") == [(sessions["total"], sessions["without_token"])]
    visitors = "SELECT count(*) FILTER (is_off), count(*) FILTER (is_sharing) FROM visitor_days"
    off, tokens = report["opted_out"]["off"], report["opted_out"]["tokens"]
    assert _ask(queries, visitors) == [(off["visitor_days"], tokens["visitor_days"])]
    assert _ask(queries, "SELECT sharing, requests, sessions FROM traffic ORDER BY 1") == [
        ("off", off["requests"], off["sessions"]),
        ("tokens", tokens["requests"], tokens["sessions"]),
    ]
    assert off["sessions"] > 0


def test_days(queries: OwnQueries, report: dict[str, Any]) -> None:
    """A day without a log is null in each number, as in the report, and has its state and reason."""
    by_day = _ask(
        queries, "SELECT day, sessions, installations, first_seen, downloads FROM by_day ORDER BY day"
    )
    assert [(str(row[0]), *row[1:]) for row in by_day] == [tuple(row.values()) for row in report["by_day"]]
    unknown = _ask(queries, "SELECT day, state, reason FROM days WHERE NOT is_known ORDER BY day")
    assert unknown == [
        (date(2024, 1, 4), "declared_hole", "the mirror was down"),
        (date(2024, 1, 5), "no_log", ""),
    ]
    assert [row[1] for row in by_day if row[0] in {each[0] for each in unknown}] == [None, None]


def test_packages_agents_installers_and_lines(queries: OwnQueries, report: dict[str, Any]) -> None:
    """The rest of what the report counts."""
    packages = _ask(queries, "SELECT name, environments, installations, downloads FROM packages ORDER BY ALL")
    assert packages == sorted(tuple(row.values()) for row in report["packages"]["top"])
    installers = _ask(queries, "SELECT period, product, platform, version, agent, downloads FROM installers")
    assert installers == [tuple(row.values()) for row in report["installer_downloads"]["rows"]]
    assert dict(_ask(queries, "FROM drops")) == report["accounting"]["dropped"]
    ((lines,),) = _ask(queries, "SELECT sum(lines) FROM sources")
    assert lines == report["accounting"]["lines"]
    ((senders,),) = _ask(queries, "SELECT sum(installations) FROM agents")
    assert senders == report["installations"]["total"]


@pytest.mark.takes_turns(5, among="the longest")
def test_a_window(lake: Lake) -> None:
    """The definitions are about its days, as in a report on them; the tables are whole."""
    since, until = date(2024, 1, 6), date(2024, 1, 8)
    queries = OwnQueries(lake, (), since, until)
    with opened(lake, "duckdb") as tables:
        report = to_json(make_report(tables, since, until))
    assert _ask(queries, "SELECT count(*) FROM installations") == [(report["installations"]["total"],)]
    assert _ask(queries, "SELECT count(*) FROM environments") == [(report["environments"]["total"],)]
    assert _ask(queries, "SELECT sum(downloads) FROM by_day") == [(report["downloads"]["total"],)]
    assert _ask(queries, "SELECT min(day) FROM sessions") == [(date(2024, 1, 1),)]


def test_a_lake_without_a_request(tmp_path: Path) -> None:
    """Every view is there and has no row, or zeros."""
    log = SmallLog().text("garbage").request(status=0).write(tmp_path / "access.log")
    settings = Settings(tmp_path / "lake", tmp_path / "config", "main")
    ingest([str(log)], settings, "combined", lambda **_: None)
    queries = OwnQueries(Lake.open(settings.lake))
    for name in VIEWS:
        rows = _ask(queries, f"FROM {name}")
        assert not rows or name in {"sources", "session_counts", "drops", "days", "by_day"}


@pytest.mark.parametrize(
    "write",
    [
        "COPY (SELECT 1) TO '{}'",
        "COPY (SELECT 1) TO '{}' (USE_TMP_FILE false)",
        "WITH a AS (COPY (SELECT 1) TO '{}' (USE_TMP_FILE false)) SELECT 1",
        "FROM query('WITH a AS (COPY (SELECT 1) TO ''{}'' (USE_TMP_FILE false)) SELECT 1')",
        "CREATE TABLE t AS WITH a AS (COPY (SELECT 1) TO '{}' (USE_TMP_FILE false)) SELECT 1",
        "SET VARIABLE x = (WITH a AS (COPY (SELECT 1) TO '{}' (USE_TMP_FILE false)) SELECT 1)",
        "CREATE TYPE x AS ENUM (WITH a AS (COPY (SELECT 1) TO '{}' (USE_TMP_FILE false)) SELECT 'a')",
        "EXPLAIN ANALYZE COPY (SELECT 1) TO '{}' (USE_TMP_FILE false)",
        "COPY (PIVOT installations ON class USING count(*)) TO '{}' (USE_TMP_FILE false)",
        "ATTACH '{}' AS other",
        "EXPORT DATABASE '{}'",
        "INSTALL httpfs",
        "LOAD '{}'",
        "CALL enable_logging(storage = 'file', storage_path = '{}')",
        "FROM enable_logging(storage = 'file', storage_path = '{}')",
        "FROM read_parquet('{}')",
        "FROM read_text('/etc/passwd')",
        "FROM glob('/etc/*')",
        "SET enable_external_access = true",
        "SET allowed_paths = ['{}']",
        "SET temp_directory = '/tmp'",
        "CREATE PERSISTENT SECRET s (TYPE http)",
        "INSERT INTO sessions SELECT * FROM sessions",
        "DELETE FROM sessions",
    ],
)  # fmt: skip
def test_a_query_can_write_nothing(queries: OwnQueries, lake: Lake, write: str) -> None:
    """Neither into a file of the lake nor beside it, nor can it read other files: one line says so."""
    file = lake.files("sessions")[0]
    before = _bytes_below(lake.path)
    for path in (file, str(lake.path / "new.parquet"), f"{spill_folder_of_process()}/../new.parquet"):
        with pytest.raises(QueryError) as told:
            _ask(queries, write.replace("{}", path.replace("'", "''")))
        assert "\n" not in str(told.value)
    assert _bytes_below(lake.path) == before
    assert not (spill_folder_of_process().parent / "new.parquet").exists()


def _bytes_below(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_tables_of_ones_own(queries: OwnQueries) -> None:
    """They lie in memory, and are gone afterwards; a variable is one's own too."""
    answers = queries.run(
        "CREATE TEMP TABLE own AS SELECT 7 AS a; FROM own; SET VARIABLE x = 2; SELECT getvariable('x') AS b;"
        "DROP TABLE own; PIVOT days ON state USING count(*) GROUP BY is_known"
    )
    columns = [(answer.columns, len(answer.fetchmany(9))) for answer in answers]
    assert columns[:2] == [(["a"], 1), (["b"], 1)]
    assert (columns[2][0][0], columns[2][1]) == ("is_known", 2)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("SELEC 1", 'the query cannot be run (Parser Error: syntax error at or near "SELEC"): correct it'),
        (
            "FROM nowhere",
            (
                "the query cannot be run (Catalog Error: Table with name nowhere does not exist!): "
                "correct it; the views are sessions, downloads, "
            ),
        ),
        ("SELECT error('a\nb')", "the query cannot be run (Invalid Input Error: a): correct it"),
        (
            "SELECT CASE WHEN range = 2999999 THEN error('late') ELSE 1 END FROM range(3000000)",
            "the query cannot be run (Invalid Input Error: late): correct it",
        ),
        ("SELECT ?", "the query cannot be run (Invalid Input Error: Values were not provided"),
        ("", "the query is empty: give one, such as SELECT count(*) FROM installations"),
        (" ;-- nothing\n;", "the query is empty"),
        ("SELECT '\udcff'", "the query is not in UTF-8"),
        (
            "VACUUM",
            (
                "VACUUM: not possible here, where queries only read, and nothing in the lake can change: ask "
                "with SELECT or PIVOT; CREATE, DROP and SET change nothing but this database in memory"
            ),
        ),
    ],
)
def test_a_query_that_cannot_be_run(queries: OwnQueries, query: str, told: str) -> None:
    """One line says why; what was computed before a mistake is no answer."""
    with pytest.raises(QueryError) as error:
        _ask(queries, query)
    assert str(error.value).startswith(told)


def test_more_than_one_answer(queries: OwnQueries) -> None:
    """Where one file is to hold it, nothing is run."""
    with pytest.raises(QueryError, match="2 queries, and only 1 can be answered: ask one at a time"):
        list(queries.run("CREATE TEMP TABLE too_early AS SELECT 1; SELECT 1; SELECT 2", at_most=1))
    with pytest.raises(QueryError, match="too_early does not exist"):
        _ask(queries, "FROM too_early")


def test_a_file_that_cannot_be_read(lake: Lake, tmp_path: Path) -> None:
    """Cut since the views were made: a fault of the lake, and not of the query."""
    shutil.copytree(lake.path, tmp_path / "lake")
    queries = OwnQueries(Lake.open(tmp_path / "lake"))
    for file in map(Path, Lake.open(tmp_path / "lake").files("downloads")):
        os.truncate(file, 100)
    with pytest.raises(
        LakeError, match=r"^a file of the table downloads cannot be read \(.*run the same command"
    ):
        _ask(queries, "FROM downloads")


def test_forms_of_values(queries: OwnQueries) -> None:
    """JSON keeps numbers, lists and maps; CSV quotes what must be; text marks what is no letter."""
    query = (
        "SELECT 'a\"b,\n' AS x, NULL AS x, '\\xAB'::BLOB AS y, [1, NULL] AS z, MAP {'k': 1.50} AS m, "
        "'inf'::DOUBLE AS i, 12345678901234567890123::HUGEINT AS h, "
        "TIMESTAMPTZ '2024-01-01 12:00:00+02' AS t, true AS b, ['ä'] AS u"
    )
    shown = {}
    for show in (print_json, print_csv, print_text):
        (answer,) = queries.run(query)
        show(answer.columns, answer, file := io.StringIO())
        shown[show] = file.getvalue()
    assert json.loads(shown[print_json]) == [
        {
            "x": 'a"b,\n', "x_1": None, "y": "ab", "z": [1, None], "m": {"k": 1.5}, "i": "inf",
            "h": 12345678901234567890123, "t": "2024-01-01T10:00:00+00:00", "b": True, "u": ["ä"],
        }
    ]  # fmt: skip
    assert list(csv.reader(io.StringIO(shown[print_csv])))[1] == [
        'a"b,\n', "", "ab", "[1, null]", '{"k": 1.5}', "inf", "12345678901234567890123",
        "2024-01-01T10:00:00+00:00", "true", '["ä"]',
    ]  # fmt: skip
    assert len(shown[print_text].splitlines()) == 3


def test_many_rows_as_text(queries: OwnQueries) -> None:
    """The first thousand, and a line that says so."""
    (answer,) = queries.run("FROM range(1001)")
    print_text(answer.columns, answer, file := io.StringIO())
    assert len(file.getvalue().splitlines()) == 2 + 1000 + 1
    assert file.getvalue().endswith(" 999\nThe first 1,000 rows; --json and --csv print all.\n")


def test_polars_as_documented(
    lake: Lake, report: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The code of the document counts as the report does."""
    (tmp_path / "census-lake").symlink_to(lake.path)
    monkeypatch.chdir(tmp_path)
    (code,) = [block for block in blocks(DOCUMENT.read_text(), "python") if "polars" in block]
    names: dict[str, object] = {}
    exec(code, names)  # noqa: S102  our own document
    assert names["total"] == report["downloads"]["total"]


def test_the_document() -> None:
    """It names every view, its links lead somewhere, and the census takes its commands."""
    text = DOCUMENT.read_text()
    assert [name for name in VIEWS if f"`{name}`" not in text] == []
    assert broken_links(DOCUMENT) == []
    commands = commands_in_shell(text)
    assert len(commands) > 5
    for arguments in commands:
        parse(arguments)
