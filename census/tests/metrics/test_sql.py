"""SQL of the metrics: which files each one reads, and the statements of the short ones.

``sql/<metric>.sql`` holds the statements of eight short metrics, for DuckDB. ``make golden`` writes them
again: review what changes. The meaning of each metric is tested elsewhere, on lakes counted by hand.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest
from ibis.expr.types import Table

from census_support.lakes.exposure_questions import EXPOSURE_QUESTIONS, asked_of_exposure
from census_support.lakes.known_lake import fill
from census_support.lakes.questions import QUESTIONS, asked
from census_support.lakes.small_lake import SmallLake
from conda_census.metrics.coverage.window import Window

FOLDER = Path(__file__).parent / "sql"
#: Metrics whose statements are short enough to be reviewed.
REVIEWED = (
    "activity",
    "day_totals",
    "downloads",
    "environments",
    "installations",
    "known_days",
    "log_sources",
    "sessions",
)
SECOND_DAY = date(2024, 1, 2)
WINDOW = Window(SECOND_DAY, SECOND_DAY, SECOND_DAY)

#: Questions that read other days than those of the window, and why.
OTHER_DAYS = {
    "accounting": "a log has lines of several days, and is accounted for as a whole",
    "activity": "silent days are found among all days",
    "completeness": "logs that were ingested later hold requests of the window",
    "doubtful_logs": "a log is in doubt as a whole",
    "known_days": "every log of the lake is listed",
    "log_sources": "a log is listed as a whole",
    "population": "an installation of the window may have been seen before it",
    "window": "the window is chosen among all days",
}


@dataclass(frozen=True)
class Statement:
    """A statement that DuckDB ran.

    Attributes:
        sql: its text.
        files: for each scan of a table, how many files it reads, and how many there are.
    """

    sql: str
    files: AbstractSet[tuple[int, int]]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Statement]]:
    """Statements that ran, by question, over a lake with files of three days in each table."""
    lake = SmallLake(tmp_path_factory.mktemp("lake"))
    fill(lake)
    for day in ("2024-01-01", "2024-01-03"):
        lake.download(day)
    lake.installer("2024-01-02", "curl")
    tables = lake.open()
    statements: defaultdict[str, list[Statement]] = defaultdict(list)
    question = ""
    run = Table.to_pyarrow

    def record(expression: Table, **options: object) -> object:
        statements[question].append(explain(expression))
        return run(expression, **options)

    @contextmanager
    def keep(expression: Table) -> Iterator[Table]:
        statements[question].append(explain(expression))
        with tables.keep(expression) as kept:
            yield kept

    with asked(tables, WINDOW) as whole, pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(Table, "to_pyarrow", record)
        inside = replace(whole.inside, keep=keep)
        for question, ask in QUESTIONS.items():  # noqa: B007 (record uses it)
            # Each question gets tables of its own, because the answers of some queries are kept with them.
            ask(replace(whole, inside=replace(inside), tables=replace(whole.tables)))
        question = "exposure"
        with asked_of_exposure(replace(tables, keep=keep), SECOND_DAY) as exposure:
            for name, ask_exposure in EXPOSURE_QUESTIONS.items():
                question = f"exposure_{name}"
                ask_exposure(exposure)
    return statements


def test_each_question_runs_a_statement(recorded: Mapping[str, list[Statement]]) -> None:
    """Otherwise the following tests would pass without looking at anything."""
    assert set(QUESTIONS) | {f"exposure_{name}" for name in EXPOSURE_QUESTIONS} <= set(recorded)


def test_a_question_reads_only_the_files_of_its_window(recorded: Mapping[str, list[Statement]]) -> None:
    """The filter on the day reaches the files: of three, one is read."""
    others = {}
    for question in QUESTIONS:
        read = {files for statement in recorded[question] for files in statement.files}
        if read - {(1, 3)}:
            others[question] = read
    assert set(others) == set(OTHER_DAYS)
    assert others["population"] == {(2, 3)}  # of the window and before, never after it


@pytest.mark.parametrize("name", REVIEWED)
def test_the_statements_are_those_of_the_file(name: str, recorded: Mapping[str, list[Statement]]) -> None:
    """A change of a metric's SQL shows in the review of the change."""
    text = "\n".join(statement.sql for statement in recorded[name])
    file = FOLDER / f"{name}.sql"
    if os.environ.get("CENSUS_GOLDEN") == "write":
        FOLDER.mkdir(exist_ok=True)
        file.write_text(text)
    assert file.read_text() == text


def test_every_file_belongs_to_a_metric() -> None:
    """A file that no test reads would look like a promise."""
    assert {file.stem for file in FOLDER.iterdir()} == set(REVIEWED)


def explain(expression: Table) -> Statement:
    """Return the statement of an expression, and the files that DuckDB's plan for it reads."""
    backend = expression.get_backend()
    backend._run_pre_execute_hooks(expression)  # noqa: SLF001 (registers tables in memory)
    ((_, plan),) = backend.raw_sql(f"EXPLAIN {backend.compile(expression)}").fetchall()
    counts = [re.search(r"Scanning Files: (\d+)/(\d+)", scan) for scan in plan.split("READ_PARQUET")[1:]]
    files = {(int(count[1]), int(count[2])) if count else (3, 3) for count in counts}
    # Numbers of kept tables depend on what was kept before, and names of tables in memory are random.
    sql = re.sub(r"\bibis_\w*memtable_\w+\b", "in_memory", backend.compile(expression, pretty=True))
    return Statement(re.sub(r"\bkept_\d+\b", "kept", sql).rstrip() + ";\n", files)
