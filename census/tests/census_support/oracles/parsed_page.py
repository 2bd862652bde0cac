"""What does a page hold, as a browser would take it apart?"""

from __future__ import annotations

import re
from html.parser import HTMLParser

__all__ = ["ParsedPage", "assert_refers_to_nothing_outside"]


class ParsedPage(HTMLParser):
    """A page: its tags with their attributes, and its text in one line."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._text = ""
        self.feed(html)

    @property
    def text(self) -> str:
        """What is to be read, each space as one."""
        return " ".join(self._text.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keeps the tag."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Keeps the text."""
        self._text += data


def assert_refers_to_nothing_outside(html: str) -> None:
    """No script, no image, no address: it opens without a network and asks nobody for anything.

    Links lead to places of the page only.
    """
    parsed = ParsedPage(html)
    names = {tag for tag, _ in parsed.tags}
    assert not names & {"script", "link", "img", "iframe", "object", "embed", "base", "form"}
    attributes = {name for _, found in parsed.tags for name in found}
    assert not attributes & {"src", "xlink:href", "srcset", "action"}
    assert not [name for name in attributes if name.startswith("on")]
    ids = {found["id"] for _, found in parsed.tags if "id" in found}
    links = [found["href"] or "" for _, found in parsed.tags if "href" in found]
    assert all(link.startswith("#") and link[1:] in ids for link in links)
    assert "url(" not in html
    assert "@import" not in html
    addresses = set(re.findall(r"https?://[^\"'\s<]+", html))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
