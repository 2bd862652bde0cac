"""The README, which is also the page on the package index."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
TABLE = README.partition("| command | what it does |")[2].partition("\n\n")[0]


def test_every_link_works_outside_the_repository() -> None:
    """A package index shows the README without the files beside it."""
    targets = re.findall(r"\]\(([^)]+)\)", README)
    assert targets
    assert [target for target in targets if not target.startswith("https://")] == []


def test_the_table_of_commands_is_complete() -> None:
    """It has the commands that ``--help`` lists, and no other."""
    program = Path(sys.executable).with_name("anaconda-anon-usage")
    shown = subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout
    commands = re.findall(r"^    (\w+)\b", shown, re.MULTILINE)
    first_cells = re.findall(r"^\| ([^|]+) \|", TABLE, re.MULTILINE)
    assert sorted(re.findall(r"`([a-z]+)`", " ".join(first_cells))) == sorted(commands)
