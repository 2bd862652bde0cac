"""The commands that the README shows."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line
    for block in re.findall(r"^```\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    for line in block.splitlines()
    if line.split(" ")[0] in {"make", "pip", "conda", "conda-census"} and line.isascii()  # no drawing
]
#: What the scenario and the client's tests run with a real conda.
CONDA_COMMANDS = {
    "conda config --set anaconda_anon_usage off",
    "conda config --set anaconda_anon_usage on",
}


def _commands(program: str) -> list[str]:
    return [command for command in COMMANDS if shlex.split(command)[0] == program]


@pytest.mark.parametrize("command", _commands("make"))
def test_make_knows_its_targets(command: str) -> None:
    """Every target that is shown is there."""
    done = subprocess.run([*shlex.split(command), "--dry-run"], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0


@pytest.mark.takes_turns(5, among="the longest")
def test_the_commands_without_make_run_in_their_order(tmp_path: Path) -> None:
    """Typed one after the other at the root of the repository, each succeeds; only the lake is elsewhere."""
    commands = _commands("conda-census")
    assert len(commands) >= 4
    variables = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "CENSUS_LAKE": str(tmp_path / "lake")}
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    for command in commands:
        arguments = shlex.split(command)[1:]
        done = subprocess.run(
            [sys.executable, "-c", "from conda_census.cli import main; main()", *arguments],
            cwd=tmp_path,
            env=variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "report.html").exists()


def test_the_commands_of_conda_are_those_that_are_tested() -> None:
    """What is shown for conda is what the other tests run."""
    assert set(_commands("conda")) == CONDA_COMMANDS
