"""The wheel ships what a user needs, and none of the trials."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path
from zipfile import ZipFile

import pytest

import conda_census

PACKAGE = Path(conda_census.__file__).parent
PROJECT = Path(__file__).parents[2]
SIMULATOR = sorted(path.stem for path in (PACKAGE / "simulate").glob("*.py") if path.stem != "__init__")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The names of the files in the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=PROJECT, check=True, capture_output=True)
    (file,) = folder.glob("*.whl")
    return ZipFile(file).namelist()


def test_the_wheel_has_no_trial(wheel: list[str]) -> None:
    """It holds the package and its metadata only; the trials are in ``benchmarks``."""
    assert {name.split("/")[0].split("-")[0] for name in wheel} == {"conda_census"}
    trials = {path.name for path in (PROJECT.parent / "benchmarks/trials").glob("*.py")} - {"__init__.py"}
    assert "usage_trial.py" in trials
    assert trials.isdisjoint(name.rsplit("/", 1)[-1] for name in wheel)
    assert "conda_census/simulate/scenario.py" in wheel


def test_the_package_imports_nothing_of_the_benchmarks() -> None:
    """They are not there after an installation."""
    roots = {name.split(".")[0] for names in _imports().values() for name in names}
    assert roots.isdisjoint({"benchmarks", "census_support"})


@pytest.mark.parametrize("module", SIMULATOR)
def test_each_module_of_the_simulator_is_used_by_the_package(module: str) -> None:
    """What only tests and benchmarks import lives with them."""
    importers = [
        path.stem for path, names in _imports().items() if f"conda_census.simulate.{module}" in names
    ]
    assert set(importers) - {module}


@cache
def _imports() -> dict[Path, set[str]]:
    """Return the modules that each file of the package imports."""
    trees = {path: ast.parse(path.read_text()) for path in PACKAGE.rglob("*.py")}
    return {
        path: {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        for path, tree in trees.items()
    }
