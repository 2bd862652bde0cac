"""The documentation as a site: it builds without a warning, and works from a folder without a network."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from census_support.processes.browser import chromium_at
from e2e.programs import require

ROOT = Path(__file__).parents[3]
#: What a browser fetches by itself; a link to another site is no such thing.
_FETCHED = re.compile(
    r"<(?:script|img|iframe|source)\b[^>]*?\bsrc=\"?([^\"\s>]+)|<link\b[^>]*?\bhref=\"?([^\"\s>]+)"
)
_SEARCH = """
new Promise((resolve, reject) => {
  const input = document.querySelector(".md-search__input");
  input.focus();
  input.value = "rarefaction";
  let left = 100;
  const look = () => {
    input.dispatchEvent(new Event("keyup", {bubbles: true}));
    const result = document.querySelector(".md-search-result__link");
    if (result) resolve(result.href);
    else if (left-- > 0) setTimeout(look, 100);
    else reject(new Error("no result"));
  };
  look();
})
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as ``make docs`` builds it, elsewhere."""
    pytest.importorskip("mkdocs", reason="mkdocs is missing: pip install 'conda-census[docs]'")
    folder = tmp_path_factory.mktemp("docs") / "site"
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", folder],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_no_page_asks_another_host_for_anything(site: Path) -> None:
    """Scripts, styles, fonts and pictures are files of the site."""
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 60
    for page in pages:
        fetched = ["".join(names) for names in _FETCHED.findall(page.read_text(encoding="utf-8"))]
        assert [name for name in fetched if re.match(r"(https?:)?//", name)] == [], page
    for style in site.rglob("*.css"):
        assert not re.search(r"url\(\"?(https?:)?//|@import", style.read_text(encoding="utf-8")), style


def test_the_code_is_in_the_reference(site: Path) -> None:
    """No comment that asks for a generated part is left."""
    for page in site.rglob("*.html"):
        assert "<!-- generate" not in page.read_text(encoding="utf-8"), page
    assert "CENSUS_LAKE" in (site / "reference" / "commands" / "report.html").read_text(encoding="utf-8")


def test_a_browser_opens_it_from_a_folder_and_finds_a_word(site: Path, tmp_path: Path) -> None:
    """By ``file://``, without a complaint on the console; the search leads to the page that has the word."""
    chromium = require("chromium", "chromium")
    with chromium_at(chromium, tmp_path / "profile") as browser:
        tab = browser.open(site / "index.html", 1280)
        assert tab.evaluate("document.querySelector('h1').textContent").startswith("conda-census")
        result = tab.evaluate(_SEARCH)
        assert result.startswith((site / "explanation" / "methods.html").as_uri())
        assert {url.partition(":")[0] for url in tab.requests()} <= {"file", "data", "about"}
        assert tab.complaints() == []
