"""What does a document tell its reader to type, and to find, so that a test can do so?"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import typer
from typer.core import TyperGroup

from conda_census.cli import app

__all__ = ["GROUP", "blocks", "broken_links", "commands_in_shell", "parse", "sessions"]

GROUP = typer.main.get_group(app)


def blocks(text: str, language: str) -> list[str]:
    """The blocks of code of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def commands_in_shell(text: str) -> list[list[str]]:
    """The arguments of each call of the census, in blocks of shell and between words."""
    lines = [line for block in blocks(text, "sh") for line in block.splitlines()]
    lines += re.findall(r"`(conda-census [^`]+)`", text)
    split = [shlex.split(line.partition(" >")[0]) for line in lines]
    return [words[1:] for words in split if words and Path(words[0]).name == "conda-census"]


def parse(arguments: list[str]) -> None:
    """Does the census's own parser take the arguments? Up to where it would run; else it raises."""
    name, *rest = arguments
    command, parent = GROUP.commands[name], typer.Context(GROUP)
    if isinstance(command, TyperGroup):
        parent = typer.Context(command, parent=parent)
        name, *rest = rest
        command = command.commands[name]
    command.make_context(name, rest, parent=parent)


def sessions(text: str) -> list[tuple[list[str], list[str]]]:
    """Of blocks of a console the arguments of each command, and what it prints, parted where it says …."""
    found = []
    for block in blocks(text, "console"):
        for part in re.split(r"^\$ conda-census ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            pieces = [piece for piece in re.split(r"^…\n", output, flags=re.MULTILINE) if piece]
            found.append((shlex.split(command), pieces))
    return found


def broken_links(document: Path) -> list[str]:
    """The links to files that are not there, and to headings."""
    text = document.read_text()
    broken = []
    for target in re.findall(r"\]\(([^)]+)\)", text):
        if target.startswith("https://"):
            continue
        name, _, heading = target.partition("#")
        file = (document.parent / name).resolve() if name else document
        headings = (
            re.findall(r"^#+ (.*)$", file.read_text(), re.MULTILINE) if heading and file.is_file() else []
        )
        slugs = {re.sub(r"[^a-z0-9 -]", "", each.lower()).replace(" ", "-") for each in headings}
        if not file.exists() or (heading and heading not in slugs):
            broken.append(target)
    return broken
