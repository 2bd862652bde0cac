"""Does each promise of the README name a test that there is?"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1]
SECTION = (FOLDER / "README.md").read_text(encoding="utf-8").partition("## What it promises")[2]
ROWS = re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", SECTION.partition("\n## ")[0], re.MULTILINE)[1:]
NAMED = {row: re.findall(r"`([^`]+\.py)::(test_\w+)`", tests) for row, tests in ROWS}


@pytest.mark.parametrize("promise", NAMED)
def test_each_promise_names_a_test_that_there_is(promise: str) -> None:
    """In the file that it names, as a function that pytest collects."""
    assert NAMED[promise]
    for path, name in NAMED[promise]:
        module = ast.parse((FOLDER / path).read_text(encoding="utf-8"))
        assert name in {node.name for node in module.body if isinstance(node, ast.FunctionDef)}, path


def test_no_file_of_tests_is_left_out() -> None:
    """Each file of the client's tests stands behind some promise."""
    assert len(ROWS) == len(NAMED) > 40
    named = {FOLDER / path for tests in NAMED.values() for path, _ in tests}
    assert set((FOLDER / "tests").glob("test_*.py")) <= named
