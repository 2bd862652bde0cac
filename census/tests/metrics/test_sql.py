"""Does a metric still ask of each engine what it asked when somebody last looked at it?

``sql/<metric>.<engine>.sql`` holds the statements of each metric, ``sql/exposure_<question>.<engine>.sql``
those of exposure, and ``exposure_concerned`` what all of these share. ``make golden`` writes them anew: look
at what changed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import ibis
import pytest
from ibis.expr.types import Table

from census_support.lakes.exposure_questions import EXPOSURE_QUESTIONS, asked_of_exposure
from census_support.lakes.known_lake import fill
from census_support.lakes.questions import QUESTIONS, asked
from census_support.lakes.small_lake import SmallLake
from conda_census.metrics.coverage.window import Window

FOLDER = Path(__file__).parent / "sql"
#: Engines, as the files name them, with their dialects as Ibis does.
DIALECTS = {"duckdb": "duckdb", "spark": "pyspark"}
UNTIL = date(2024, 1, 3)
WINDOW = Window(date(2024, 1, 1), UNTIL, date(2024, 1, 2))


@pytest.fixture
def statements(lake: SmallLake, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, list[Table]]]:
    """Every expression that a metric runs, in order, those that it keeps among them."""
    fill(lake)
    tables = lake.open()
    ran: list[Table] = []
    run = Table.to_pyarrow

    def recorded(expression: Table, **options: object) -> object:
        ran.append(expression)
        return run(expression, **options)

    @contextmanager
    def keep(expression: Table) -> Iterator[Table]:
        ran.append(expression)
        with tables.keep(expression) as kept:
            yield kept

    with asked(tables, WINDOW) as whole:
        monkeypatch.setattr(Table, "to_pyarrow", recorded)
        inside = replace(whole.inside, keep=keep)
        found = {}
        for name, question in QUESTIONS.items():
            # Tables of its own, of which no earlier question has asked what is asked once.
            question(replace(whole, inside=replace(inside), tables=replace(whole.tables)))
            found[name] = ran.copy()
            ran.clear()
        with asked_of_exposure(replace(tables, keep=keep), UNTIL) as exposure:
            found["exposure_concerned"] = ran.copy()
            ran.clear()
            for name, ask in EXPOSURE_QUESTIONS.items():
                ask(exposure)
                found[f"exposure_{name}"] = ran.copy()
                ran.clear()
            yield found


@pytest.mark.takes_turns(5, among="the longest")
@pytest.mark.parametrize("engine", DIALECTS)
def test_the_statements_are_those_of_the_files(engine: str, statements: dict[str, list[Table]]) -> None:
    """For all metrics: a file that nobody reads is left of one that is gone."""
    # What Ibis writes for floating numbers depends on an option that is there once its backend is loaded.
    assert getattr(ibis, DIALECTS[engine])
    written = {
        f"{name}.{engine}.sql": "\n".join(_sql(each, DIALECTS[engine]) for each in expressions)
        for name, expressions in statements.items()
    }
    if os.environ.get("CENSUS_GOLDEN") == "write":
        FOLDER.mkdir(exist_ok=True)
        for file in FOLDER.glob(f"*.{engine}.sql"):
            file.unlink()
        for name, text in written.items():
            (FOLDER / name).write_text(text)
    assert {file.name: file.read_text() for file in FOLDER.glob(f"*.{engine}.sql")} == written


@pytest.mark.takes_turns(5, among="the longest")
def test_every_metric_runs_something(statements: dict[str, list[Table]]) -> None:
    """A file without a statement would never change."""
    assert all(statements.values())


def _sql(expression: Table, dialect: str) -> str:
    text = str(ibis.to_sql(expression.unbind(), dialect=dialect))
    # What is kept has a number, which depends on what was kept before; what lies in memory, a name by chance.
    text = re.sub(r"\bibis_\w*memtable_\w+\b", "in_memory", text)
    return re.sub(r"\bkept_\d+\b", "kept", text).rstrip() + ";\n"
