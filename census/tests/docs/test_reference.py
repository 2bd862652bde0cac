"""The generated reference: each command, option, log format, column and number has its line."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from conda_census.lake.references import REFERENCES
from conda_census.lake.schema import TABLES
from conda_census.logs.formats import BUILT_IN

DOCS = Path(__file__).parents[3] / "docs"
GENERATED = runpy.run_path(str(DOCS / "_generate" / "generated_reference.py"))
COMMANDS = list(GENERATED["command_words"]())


def _page(name: str) -> str:
    text: str = GENERATED["expand"]((DOCS / "reference" / name).read_text())
    assert "<!-- generate" not in text
    return text


def test_every_command_is_in_the_table() -> None:
    """With a sentence that says what it does."""
    rows = re.findall(
        r"^\| \[`conda-census ([a-z ]+)`\]\(\S+\) \| (.+) \|$", _page("commands/index.md"), re.MULTILINE
    )
    assert [tuple(name.split()) for name, _ in rows] == COMMANDS
    assert len(COMMANDS) >= 17
    assert all(sentence.endswith(".") for _, sentence in rows)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_option_is_on_the_page_of_its_command(words: tuple[str, ...]) -> None:
    """With its meaning; a command without a page of its own is on that of all commands."""
    page = f"commands/{words[0]}.md"
    text = _page(page if (DOCS / "reference" / page).exists() else "commands/index.md")
    section = text.partition(f"`conda-census {' '.join(words)}`\n")[2]
    rows = dict(re.findall(r"^\| `([^`]+)`[^|]* \| (.+) \|$", section, re.MULTILINE))
    for parameter in GENERATED["options_of"](words):
        if parameter.param_type_name == "option" and not getattr(parameter, "hidden", False):
            assert any(name.split()[0] == parameter.opts[0] for name in rows), parameter.opts


def test_every_log_format_has_its_example() -> None:
    """As ``conda-census formats`` prints it."""
    text = _page("log-formats.md")
    for log_format in BUILT_IN.values():
        assert f"`{log_format.name}`\n\n```\n{log_format.example}\n```" in text


def test_every_column_has_its_meaning() -> None:
    """Of each table that is in a lake."""
    text = _page("lake.md")
    for table in (*TABLES, *REFERENCES):
        section = text.partition(f"## `{table.name}`\n")[2].partition("\n## ")[0]
        rows = re.findall(r"^\| `([a-z_]+)` \| `[^`]+` \| .+ \|$", section, re.MULTILINE)
        assert rows == [column.name for column in table.columns]


def test_every_json_schema_is_linked() -> None:
    """Those that lie in the folder."""
    text = _page("json-schemas.md")
    for path in (DOCS / "reference" / "schemas").glob("*.schema.json"):
        assert f"(schemas/{path.name})" in text


def test_numbers_have_definitions() -> None:
    """Those of the report and of an exposure."""
    text = _page("numbers.md")
    assert "| `installations` | " in text
    assert "| `exposed` | " in text
