"""Hooks of MkDocs: generated parts, pages from outside of ``docs``, and links that leave the site."""

from __future__ import annotations

import os
import re
from pathlib import Path

from generated_reference import expand
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

_ROOT = Path(__file__).parents[2]
#: Documents outside of ``docs`` that are pages of the site, and their places there.
_OUTSIDE = {
    "client/README.md": "project/client.md",
    "client/installer/README.md": "project/installer.md",
    "examples/README.md": "project/example.md",
    "benchmarks/README.md": "project/benchmarks.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "CHANGELOG.md": "project/changelog.md",
    "SECURITY.md": "project/security.md",
}
_LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """List the decisions in the navigation, in the order of their index."""
    index = "decisions/README.md"
    text = (_ROOT / "docs" / index).read_text(encoding="utf-8")
    pages = [f"decisions/{name}" for name in re.findall(r"\]\(([a-z0-9-]+\.md)\)", text)]
    for entry in config.nav or []:
        if isinstance(entry, dict) and "Decisions" in entry:
            entry["Decisions"] = [index, *pages]
    return config


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the documents that lie elsewhere in the repository."""
    for source, place in _OUTSIDE.items():
        if (_ROOT / source).exists():
            text = (_ROOT / source).read_text(encoding="utf-8")
            files.append(File.generated(config, place, content=_with_links(text, source, place)))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001
    """Fill in what comes from the code, and mend links to files that are not in the site."""
    place = page.file.src_uri
    if place in _OUTSIDE.values():
        return markdown
    return _with_links(expand(markdown), f"docs/{place}", place)


def _with_links(markdown: str, source: str, place: str) -> str:
    """Point links of a document at ``source`` to pages of the site; unlink files that are not in it."""

    def in_site(link: re.Match[str]) -> str:
        label, target = link.groups()
        name, mark, anchor = target.partition("#")
        if not name or re.match(r"[a-z]+:", name):
            return link[0]
        path = os.path.normpath(Path(source).parent / name)
        if path.startswith("docs/") and (_ROOT / path).is_file():
            path = path.removeprefix("docs/")
        elif path in _OUTSIDE and (_ROOT / path).exists():
            path = _OUTSIDE[path]
        else:
            return label
        return f"[{label}]({os.path.relpath(path, Path(place).parent)}{mark}{anchor})"

    return _LINK.sub(in_site, markdown)
