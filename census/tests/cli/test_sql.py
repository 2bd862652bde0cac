"""Does ``conda-census sql`` answer in a shell, in a pipe and as files, in one line where it cannot?"""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from census_support.inputs.small_log import START, SmallLog
from census_support.processes.census_process import MAIN, CensusProcess
from census_support.processes.pseudo_terminal import terminal
from conda_census.reports.listings.sql_views import VIEWS

NUMPY = "/main/linux-64/numpy-1.26.4-py311_0.conda"
GAP = (
    "conda-census: 2 of the 4 days from 2024-01-16 to 2024-01-19 have no log, so that nothing is known of "
    "them: the view days names them\n"
)
OUTSIDE = (
    "conda-census: 2 days outside of 2024-01-16 to 2024-01-16 have no log (2024-01-17, 2024-01-18): the "
    "tables sessions, downloads, installer_downloads and sources hold all days of the lake, and lack these\n"
)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> CensusProcess:
    """Two installations on two days, and nothing known of the two between; the days were compacted."""
    census = CensusProcess(tmp_path_factory.mktemp("it's a folder"))
    for number, day in enumerate((0, 0, 3)):
        log = SmallLog(start=START + timedelta(days=day, hours=number))
        log.request(NUMPY, client="c1", session=f"s{number}", environment="e1")
        log.request(NUMPY, client="c2", session=f"t{number}", environment="e2").request(suffix="aau/1.0.0")
        census("ingest", log.write(census.folder / f"{number}.log"))
    assert census("compact").returncode == 0
    return census


def _piped(census: CensusProcess, command: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    program = f"{shlex.quote(sys.executable)} -c {shlex.quote(MAIN)} sql {command}"
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail; {program}"],
        cwd=census.folder, env=census.environment(), input=given, capture_output=True,
        check=False, timeout=120,
    )  # fmt: skip


@pytest.mark.takes_turns(5, among="the longest")
def test_a_query_as_an_argument(filled: CensusProcess) -> None:
    """A table of its rows, numbers to the right, null as nothing, and the days of which nothing is known."""
    done = filled("sql", "SELECT day, sessions AS n, NULL AS nothing FROM by_day ORDER BY day")
    assert done.stdout == (
        "day         n  nothing\n"
        "----------  -  -------\n"
        "2024-01-16  6\n"
        "2024-01-17\n"
        "2024-01-18\n"
        "2024-01-19  3\n"
    )
    assert done.stderr == GAP
    only = filled("sql", "--until", "2024-01-16", "SELECT count(*) AS n FROM by_day")
    assert (only.stdout, only.stderr) == ("n\n-\n1\n", OUTSIDE)


def test_days_before_the_window_that_views_look_back_to(filled: CensusProcess) -> None:
    """If some have no log, a line says which columns need them; it stands among the statements as well."""
    done = filled("sql", "--since", "2024-01-19", "SELECT class, first_day FROM installations")
    assert done.stdout.count("lasting") == 2
    assert done.stderr.startswith(
        "conda-census: 2 days before 2024-01-19 have no log (2024-01-17, 2024-01-18): class, "
    )
    assert "\nconda-census: 2 days outside of 2024-01-19 to 2024-01-19 have no log (" in done.stderr
    assert done.stderr.count("\n") == 2
    views = filled("sql", "--since", "2024-01-19", "--views").stdout
    assert "\n-- 2 days before 2024-01-19 have no log (2024-01-17, 2024-01-18): class, " in views


@pytest.mark.takes_turns(5, among="the longest")
def test_a_query_from_standard_input(filled: CensusProcess) -> None:
    """As JSON: numbers as numbers, pseudonyms in hexadecimal, times as in ISO 8601."""
    query = b"-- who?\nSELECT client, first_time, environments, is_baked FROM installations ORDER BY 2;\n"
    rows = json.loads(_piped(filled, "--json", query).stdout)
    assert [row["first_time"] for row in rows] == ["2024-01-16T10:00:00+00:00", "2024-01-16T10:00:01+00:00"]
    assert all(len(bytes.fromhex(row["client"])) == 16 for row in rows)
    assert [(row["environments"], row["is_baked"]) for row in rows] == [(1, False), (1, False)]
    assert json.loads(_piped(filled, "--json", b"FROM drops").stdout) == []


def test_a_query_that_cannot_be_run(filled: CensusProcess) -> None:
    """One line, nothing on standard output, exit code 1."""
    done = filled("sql", "--until", "2024-01-16", "SELEC 1")
    told = (
        'conda-census: the query cannot be run (Parser Error: syntax error at or near "SELEC"): correct it\n'
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, "", OUTSIDE + told)


@pytest.mark.takes_turns(5, among="the longest")
def test_bytes_that_are_no_text(filled: CensusProcess) -> None:
    """Also these are told in one line."""
    wrong = _piped(filled, "--until 2024-01-16", b"SELECT '\xff'")
    told = b"conda-census: the query is not in UTF-8: write it in UTF-8\n"
    assert (wrong.returncode, wrong.stdout, wrong.stderr) == (1, b"", OUTSIDE.encode() + told)


def test_wrong_usage(filled: CensusProcess) -> None:
    """Two forms at once, statements and a query."""
    assert filled("sql", "--json", "--csv", "SELECT 1").returncode == 2
    assert filled("sql", "--views", "SELECT 1").returncode == 2


def test_no_lake(census: CensusProcess) -> None:
    """One line, as of every command."""
    done = census("sql", "SELECT 1")
    assert (done.returncode, done.stdout) == (1, "")
    assert "no lake here: run conda-census ingest first" in done.stderr


@pytest.mark.takes_turns(5, among="the longest")
def test_a_reader_that_stops_reading(filled: CensusProcess) -> None:
    """Ends quietly, however much there would be."""
    done = _piped(filled, "--until 2024-01-16 --csv 'FROM range(1000000)' | head -2 >/dev/null")
    assert done.stderr == OUTSIDE.encode()


@pytest.mark.takes_turns(5, among="the longest")
def test_the_views_elsewhere(filled: CensusProcess, tmp_path: Path) -> None:
    """A DuckDB of one's own has them, with the same rows, whatever its time zone; they can be made again."""
    text = filled("sql", "--views").stdout
    assert "-- 2 of the 4 days from 2024-01-16 to 2024-01-19 have no log" in text
    own = duckdb.connect(tmp_path / "own.duckdb")
    own.execute("SET TimeZone = 'Asia/Tokyo'")
    own.execute(text)
    own.execute(text)
    names = [name for (name,) in own.execute("SHOW TABLES").fetchall()]
    assert names == sorted(VIEWS)
    query = "\nUNION ALL ".join(
        f"SELECT '{name}' AS name, count(*) AS rows, sum(hash(one)) AS hash FROM (FROM {name}) AS one"
        for name in names
    )
    there = json.loads(filled("sql", "--json", query).stdout)
    assert own.execute(query).fetchall() == [tuple(row.values()) for row in there]


@pytest.mark.takes_turns(5, among="the longest")
def test_the_shell(filled: CensusProcess) -> None:
    """Queries over several lines, the list of views, mistakes that end nothing, and the end."""
    with terminal(filled, "sql") as shell:
        opened = shell.expect("census> ")
        assert "2 of the 4 days" in opened
        assert "The lake as it is now, of 2024-01-16 to 2024-01-19. A query ends with a semicolon." in opened
        shell.type(".views\n")
        assert "installations        one installation of the window" in shell.expect("census> ")
        shell.type("SELECT count(*)\n")
        shell.expect("...> ")
        shell.type("AS n FROM installations;\n")
        assert "\nn\n-\n2\n" in shell.expect("census> ")
        shell.type("SELEC 1;\n")
        assert "conda-census: the query cannot be run (Parser Error" in shell.expect("census> ")
        shell.type("CREATE TEMP TABLE t AS SELECT 41 + 1 AS a;\n")
        shell.expect("census> ")
        shell.type("FROM t; ;\n")
        assert "\n a\n--\n42\n" in shell.expect("census> ")
        shell.type(";\n\n.quit\n")
        shown, code = shell.end()
        assert (code, "Traceback" in shown) == (0, False)


@pytest.mark.takes_turns(5, among="the longest")
def test_ctrl_c_and_ctrl_d_in_the_shell(filled: CensusProcess) -> None:
    """Ctrl-C drops what was typed, as often as it is pressed; Ctrl-D is the end."""
    with terminal(filled, "sql", "--since", "2024-01-19") as shell:
        shell.expect("census> ")
        for _ in range(3):
            shell.type("SELECT\n")
            shell.expect("...> ")
            time.sleep(0.3)  # the prompt is there a moment before the shell waits for a key
            shell.type("\x03")
            shell.expect("census> ")
        shell.type("SELECT 6 * 7 AS a;\n")
        assert "\n a\n--\n42\n" in shell.expect("census> ")
        shell.type("\x04")
        shown, code = shell.end()
        assert (code, "Traceback" in shown) == (0, False)


_ENDLESS = "SELECT count(*) AS n FROM range(10000000) a, range(10000000) b WHERE a <> b"


@pytest.mark.takes_turns(5, among="the longest")
def test_ctrl_c_during_a_query_in_the_shell(filled: CensusProcess) -> None:
    """The query ends and the shell goes on, as often as that is done; nothing looks like a mistake."""
    with terminal(filled, "sql", "--since", "2024-01-19") as shell:
        shell.expect("census> ")
        for number in range(2):
            shell.type(f"SELECT 'begun {number}' AS what; {_ENDLESS};\n")
            shell.expect(f"\nbegun {number}\n")
            time.sleep(0.5)  # the second query begins a moment after the first one's answer
            shell.type("\x03")
            shown = shell.expect("census> ")
            assert "conda-census: interrupted" in shown
            assert "Traceback" not in shown
            assert "mistake" not in shown
        shell.type("SELECT 6 * 7 AS a;\n")
        assert "\n a\n--\n42\n" in shell.expect("census> ")
        shell.type(".quit\n")
        assert shell.end()[1] == 0


@pytest.mark.takes_turns(5, among="the longest")
def test_ctrl_c_during_a_query_without_a_shell(filled: CensusProcess) -> None:
    """Exit code 130, as of other programs, and one line."""
    with terminal(filled, "sql", f"SELECT 'begun' AS what; {_ENDLESS}") as shell:
        shell.expect("\nbegun\n")
        time.sleep(0.5)  # the second query begins a moment after the first one's answer
        shell.type("\x03")
        shown, code = shell.end()
    assert code == 130
    assert "Traceback" not in shown
    assert shown.splitlines()[-1].endswith("conda-census: interrupted: what was answered before stands above")


@pytest.mark.takes_turns(5, among="the longest")
def test_the_shell_writes_answers_into_a_file(filled: CensusProcess) -> None:
    """What is asked stands on the terminal, and the file has the answer."""
    command = f"{shlex.quote(sys.executable)} -c {shlex.quote(MAIN)} sql --since 2024-01-19 > answer.txt"
    with terminal(filled, program=f"import os; os.execvp('bash', ['bash', '-c', {command!r}])") as shell:
        shell.expect("census> ")
        shell.type("SELECT 42 AS a;\n")
        shell.expect("census> ")
        shell.type("quit\n")
        assert shell.end()[1] == 0
    assert (filled.folder / "answer.txt").read_text() == " a\n--\n42\n"
