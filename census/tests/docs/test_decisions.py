"""The pages of decisions: each has its context, its decision and its consequences, and is in the index."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[3] / "docs" / "decisions"
INDEX = FOLDER / "README.md"
PAGES = sorted(set(FOLDER.glob("*.md")) - {INDEX})


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_a_page_has_its_three_parts_in_their_order(page: Path) -> None:
    """As Markdown Architectural Decision Records have them."""
    text = page.read_text()
    parts = re.findall(r"^(?:\*\*|## )(Context|Decision|Consequences)\b", text, re.MULTILINE)
    assert parts == ["Context", "Decision", "Consequences"]


def test_the_index_names_each_page_once() -> None:
    """With a sentence about it."""
    named = re.findall(r"^- \[[^\]]+\]\(([a-z0-9-]+\.md)\): .+\.$", INDEX.read_text(), re.MULTILINE)
    assert sorted(named) == [page.name for page in PAGES]
