"""Does ``docs/explanation/exposure.md`` say what a security team will see, and do its commands run?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from census_support.oracles.documented import blocks, commands_in_shell, parse, sessions
from census_support.processes.census_process import CensusProcess

DOCUMENT = Path(__file__).parents[3] / "docs" / "explanation" / "exposure.md"
TEXT = DOCUMENT.read_text()
_PLACEHOLDERS = {"VERSION": "1.0", "DAY": "2024-01-01"}


@pytest.mark.parametrize("arguments", commands_in_shell(TEXT), ids=" ".join)
def test_a_command_is_one_that_the_census_takes(arguments: list[str]) -> None:
    """Its own parser takes the arguments, up to where it would run."""
    parse([_PLACEHOLDERS.get(word, word) for word in arguments])


@pytest.mark.takes_turns(5, among="the longest")
def test_the_worked_example(census: CensusProcess, tmp_path: Path) -> None:
    """Typed in their order in an empty folder, each command prints what stands below it."""
    [statement] = blocks(TEXT, "json")
    (tmp_path / "vex.json").write_text(statement)
    ran = sessions(TEXT)
    assert len(ran) == 10
    for arguments, pieces in ran:
        done = census(*arguments)
        assert done.returncode == 0, done.stderr
        rest = _without_chance(done.stdout)
        for piece in pieces:
            before, found, rest = rest.partition(_without_chance(piece))
            assert found, f"{arguments}: {piece!r} does not follow, but {before!r}"


def _without_chance(text: str) -> str:
    """Intervals are drawn anew in every lake, for its pseudonyms are others; columns are as wide as they."""
    lines = [re.sub(r"[0-9.]+ % to +[0-9.]+ %", "an interval", line) for line in text.splitlines()]
    return "".join(f"{re.sub(' +', ' ', line.rstrip())}\n" for line in lines)
