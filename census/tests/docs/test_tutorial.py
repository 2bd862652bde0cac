"""The tutorial: its commands are taken by the census, run as they are, and print what the page shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from census_support.oracles.documented import blocks, commands_in_shell, parse, sessions
from census_support.processes.census_process import CensusProcess

ROOT = Path(__file__).parents[3]
TUTORIAL = ROOT / "docs" / "tutorial"
EXPOSURE = (ROOT / "docs" / "explanation" / "exposure.md").read_text()
_PLACEHOLDERS = {"VERSION": "1.0", "DAY": "2024-01-01"}
#: The name of a file in the text, and the block of JSON below it.
_FILES = re.compile(r"`([a-z]+\.json)`[^`]*?^```json\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("arguments", commands_in_shell(EXPOSURE), ids=" ".join)
def test_a_command_is_one_that_the_census_takes(arguments: list[str]) -> None:
    """Its own parser takes the arguments, up to where it would run."""
    if len(arguments) > 1:
        parse([_PLACEHOLDERS.get(word, word) for word in arguments])


@pytest.mark.takes_turns(5, among="the longest")
@pytest.mark.parametrize(("page", "commands"), [("index.md", 10), ("exposure.md", 10)])
def test_each_command_prints_what_the_page_shows(
    census: CensusProcess, tmp_path: Path, page: str, commands: int
) -> None:
    """Typed in their order in a folder with the example log and the files of the page."""
    text = (TUTORIAL / page).read_text()
    (tmp_path / "access.log").symlink_to(ROOT / "examples" / "access.log")
    files = dict(_FILES.findall(text))
    assert len(files) == len(blocks(text, "json"))
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    shown = sessions(text)
    assert len(shown) == commands
    for arguments, pieces in shown:
        done = census(*arguments)
        assert done.returncode == 0, done.stderr
        rest = _without_chance(done.stdout)
        for piece in pieces:
            before, match, rest = rest.partition(_without_chance(piece))
            assert match, f"{arguments}: {piece!r} does not follow, but {before!r}"


def _without_chance(text: str) -> str:
    """Replace intervals, which are drawn anew in every lake, and the width of columns, which follows them."""
    lines = [re.sub(r"[0-9.]+ % to +[0-9.]+ %", "an interval", line) for line in text.splitlines()]
    return "".join(f"{re.sub(' +', ' ', line.rstrip())}\n" for line in lines)
