"""The layout of the code: imports run one way, and a module is found by its name."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import conda_census

_ROOT = Path(conda_census.__file__).parent
_MODULES = sorted(_ROOT.rglob("*.py"))
#: A folder imports only folders before it in this list, and the modules beside them.
_FOLDERS = (
    "logs",
    "decode",
    "lake",
    "ingest",
    "repair",
    "engines",
    "metrics",
    "vulnerabilities",
    "survival",
    "exposure",
    "reports",
    "simulate",
    "cli",
)
#: Names that the folders tell apart: two kinds of report, and a fast reader beside its format.
_PAIRS = {
    "__init__",
    "alt_text",
    "chart_registry",
    "combined",
    "definitions",
    "page",
    "schema",
    "tables",
    "terminal",
    "totals",
}


def test_every_folder_is_in_the_list() -> None:
    """A new folder gets its place."""
    assert {path.parent.name for path in _ROOT.glob("*/__init__.py")} == set(_FOLDERS)


@pytest.mark.parametrize("folder", _FOLDERS)
def test_imports_run_one_way(folder: str) -> None:
    """No folder imports one that stands behind it."""
    later = _FOLDERS[_FOLDERS.index(folder) + 1 :]
    upwards = [
        f"{path.relative_to(_ROOT)}: {name}"
        for path in sorted((_ROOT / folder).rglob("*.py"))
        for name in _imported(path)
        if name.split(".")[1] in later
    ]
    assert not upwards


def test_a_module_is_found_by_its_name() -> None:
    """No two have the same, but for pairs."""
    counts = Counter(path.stem for path in _MODULES)
    assert {name for name, count in counts.items() if count > 1} == _PAIRS


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("conda_census."):
            yield node.module or ""
