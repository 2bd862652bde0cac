"""Does the source keep to what every Python and every conda has?"""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from graphlib import TopologicalSorter

import anaconda_anon_usage

if TYPE_CHECKING:
    from collections.abc import Iterator

MODULES = sorted(Path(anaconda_anon_usage.__file__).parent.glob("*.py"))
OLDEST = (3, 8)


def _imports(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Return each import as the module and what is taken from it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((name.name, "") for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative"
            yield from ((str(node.module), name.name) for name in node.names)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_each_module_is_python_3_8_with_the_standard_library_alone(module: Path) -> None:
    """The host is conda, and whatever else it has may be another version or missing tomorrow."""
    tree = ast.parse(module.read_text(encoding="utf-8"), feature_version=OLDEST)
    packages = {name.partition(".")[0] for name, _ in _imports(tree)}
    assert packages <= {*sys.stdlib_module_names, "anaconda_anon_usage", "conda"}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_types_of_conda_come_from_its_public_module_of_types(module: Path) -> None:
    """What else ``conda.plugins`` has moves between versions."""
    taken = {
        name for name in _imports(ast.parse(module.read_text(encoding="utf-8"))) if "conda.plugins" in name[0]
    }
    assert taken <= {("conda.plugins", "hookimpl"), ("conda.plugins", "types")}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_only_the_plug_in_imports_conda_when_it_is_imported(module: Path) -> None:
    """The command of its own name does without, and says so where there is none."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    top = {name for node in _run_at_import(tree) for name, _ in _imports(node)}
    assert module.stem == "plugin" or not any(name.partition(".")[0] == "conda" for name in top)


def _run_at_import(tree: ast.Module | ast.ClassDef) -> Iterator[ast.stmt]:
    """Return the statements that an import runs: not those in functions, and not those for types only."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield from _run_at_import(node)
        elif not isinstance(node, (ast.FunctionDef, ast.If)):
            yield node


def test_no_module_is_imported_by_what_it_imports() -> None:
    """Imports within functions included: a circle would make it matter which module comes first."""
    package = anaconda_anon_usage.__name__
    names = {f"{package}.{module.stem}": module for module in MODULES if module.stem != "__init__"}
    graph = {
        name: names.keys()
        & {taken if module == package else module for module, taken in _imported_names(path, package)}
        for name, path in names.items()
    }
    assert set(TopologicalSorter(graph).static_order()) == set(names)


def _imported_names(path: Path, package: str) -> Iterator[tuple[str, str]]:
    """Return each import of a module, and what is taken from it as if that were a module of the package."""
    for module, name in _imports(ast.parse(path.read_text(encoding="utf-8"))):
        yield module, f"{package}.{name}"
