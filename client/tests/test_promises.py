"""The table of promises: each names a test that exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "explanation" / "client-promises.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", PAGE.partition("\n## ")[0], re.MULTILINE)[1:]
NAMED = {row: re.findall(r"`([^`]+\.py)::(test_\w+)`", tests) for row, tests in ROWS}


@pytest.mark.parametrize("promise", NAMED)
def test_each_promise_names_a_test_that_there_is(promise: str) -> None:
    """In the file that it names, as a function that pytest collects."""
    assert NAMED[promise]
    for path, name in NAMED[promise]:
        module = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        assert name in {node.name for node in module.body if isinstance(node, ast.FunctionDef)}, path


def test_no_file_of_tests_is_left_out() -> None:
    """Every test file of the client is behind at least one promise."""
    assert len(ROWS) == len(NAMED) > 40
    named = {ROOT / path for tests in NAMED.values() for path, _ in tests}
    assert set((ROOT / "client" / "tests").glob("test_*.py")) <= named
