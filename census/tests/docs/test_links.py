"""Do the links in the documents of the repository lead somewhere?"""

from __future__ import annotations

from pathlib import Path

import pytest

from census_support.oracles.documented import broken_links

ROOT = Path(__file__).parents[3]
FOLDERS = (".", "client", "census", "e2e", "examples", "benchmarks")
DOCUMENTS = sorted(
    [
        *(ROOT / "docs").rglob("*.md"),
        *(document for folder in FOLDERS for document in (ROOT / folder).glob("*.md")),
    ]
)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    """Files are there, and headings."""
    assert broken_links(document) == []
