"""Parts of the reference that come from the code: commands, log formats, numbers, tables, JSON Schemas.

A page has a comment where a part belongs, such as ``<!-- generate: options report -->``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol

import typer

from conda_census.cli import app
from conda_census.lake.references import REFERENCES
from conda_census.lake.schema import TABLES, Reference, Table
from conda_census.logs.formats import BUILT_IN
from conda_census.reports.exposure.definitions import DEFINITIONS as EXPOSURE_DEFINITIONS
from conda_census.reports.usage.definitions import DEFINITIONS as REPORT_DEFINITIONS

__all__ = ["command_words", "expand", "options_of"]

_REFERENCE = Path(__file__).parents[1] / "reference"
_MARKER = re.compile(r"^<!-- generate: (.+) -->$", re.MULTILINE)
_SERVERS = {
    "combined": "nginx, Apache and others",
    "common": "nginx, Apache and others",
    "nexus": "Nexus Repository",
    "traefik": "Traefik",
    "caddy": "Caddy",
    "cloudfront": "CloudFront, standard logs",
    "cloudfront-v2": "CloudFront, standard logs, version 2",
    "cloudfront-realtime": "CloudFront, real-time logs",
    "iis": "Internet Information Services",
    "s3": "S3, server access logs",
    "cloudflare": "Cloudflare, Logpush",
    "fastly": "Fastly",
    "gcp": "Google Cloud, load balancers and CDN",
    "artifactory": "Artifactory",
}


class _Parameter(Protocol):
    param_type_name: str
    opts: list[str]
    secondary_opts: list[str]
    metavar: str | None
    help: str | None


class _Command(Protocol):
    name: str | None
    help: str | None
    params: list[_Parameter]


def expand(markdown: str) -> str:
    """Return a page with the part of the code in place of each comment that asks for it.

    Raises:
        KeyError: a comment asks for a part that does not exist.
    """
    return _MARKER.sub(lambda marker: "\n".join(_part(*marker[1].split(" "))), markdown)


def command_words() -> Iterator[tuple[str, ...]]:
    """Yield the words of each command: ``("report",)``, ``("advisories", "import")``."""
    for name, command in _group().commands.items():
        members = getattr(command, "commands", None)
        if members is None:
            yield (name,)
        else:
            yield from ((name, member) for member in members)


def options_of(words: Iterable[str]) -> list[_Parameter]:
    """Return the arguments and options of a command."""
    return _command(words).params


def _part(kind: str, *words: str) -> list[str]:
    parts: dict[str, Callable[..., list[str]]] = {
        "commands": _commands,
        "options": _options,
        "formats": _formats,
        "numbers": _numbers,
        "lake": _lake,
        "schemas": _schemas,
    }
    return parts[kind](*words)


def _group() -> Any:  # noqa: ANN401  Typer's copy of Click has no types
    return typer.main.get_group(app)


def _command(words: Iterable[str]) -> _Command:
    command = _group()
    for word in words:
        command = command.commands[word]
    result: _Command = command
    return result


def _commands() -> list[str]:
    """Return the table of all commands, and the options of those without a page of their own."""
    rows, lone = [], []
    for words in command_words():
        page = _REFERENCE / "commands" / f"{words[0]}.md"
        title = f"conda-census {' '.join(words)}"
        anchor = f"#{_slug(title)}" if len(words) > 1 or not page.exists() else ""
        target = f"{page.name}{anchor}" if page.exists() else anchor
        rows.append((f"[`{title}`]({target})", _text(_command(words).help)))
        if not page.exists():
            lone += [f"## `{title}`", "", _text(_command(words).help), "", *_options(*words), ""]
    return [*_table(("command", "does"), rows), "", *lone]


def _options(*words: str) -> list[str]:
    rows = []
    for parameter in options_of(words):
        if getattr(parameter, "hidden", False):
            continue
        names = [*parameter.opts, *parameter.secondary_opts]
        if parameter.param_type_name == "argument":
            names = [parameter.metavar or names[0].upper()]
        elif parameter.metavar:
            names[0] += f" {parameter.metavar}"
        rows.append((", ".join(f"`{name}`" for name in names), _text(parameter.help)))
    return _table(("option", "meaning"), rows)


def _formats() -> list[str]:
    rows = []
    for log_format in BUILT_IN.values():
        server = getattr(log_format, "server", None) or _SERVERS.get(log_format.name, "")
        content = getattr(log_format, "content", None) or ""
        rows.append((f"`{log_format.name}`", _text(server), _text(content)))
    has_content = any(row[2] for row in rows)
    heads = ("format", "server", "content") if has_content else ("format", "server")
    lines = [*_table(heads, [row[: len(heads)] for row in rows]), "", "An example line of each:", ""]
    for log_format in BUILT_IN.values():
        lines += [f"`{log_format.name}`", "", "```", log_format.example, "```", ""]
    return lines


def _numbers() -> list[str]:
    lines = []
    for title, definitions in (("Report", REPORT_DEFINITIONS), ("Exposure", EXPOSURE_DEFINITIONS)):
        rows = [(f"`{name}`", _text(definition)) for name, definition in definitions.items()]
        lines += [f"## {title}", "", *_table(("number", "definition"), rows), ""]
    return lines


def _lake() -> list[str]:
    lines = []
    tables: list[Table | Reference] = [*TABLES, *REFERENCES]
    for table in tables:
        rows = [(f"`{column.name}`", f"`{column.type}`", _text(column.comment)) for column in table.columns]
        heads = ("column", "type", "meaning")
        lines += [f"## `{table.name}`", "", f"One row for {table.one_row}.", "", *_table(heads, rows), ""]
    return lines


def _schemas() -> list[str]:
    lines = []
    for path in sorted((_REFERENCE / "schemas").glob("*.schema.json")):
        schema = json.loads(path.read_text(encoding="utf-8"))
        name = path.name.removesuffix(".schema.json")
        lines += [f"## `{name}`", "", f"[{path.name}](schemas/{path.name})", ""]
        rows = [
            (f"`{key}`", _text(value.get("description")))
            for key, value in schema.get("properties", {}).items()
        ]
        lines += [*_table(("key", "meaning"), rows), ""]
    return lines or ["This copy of the documentation has no schema."]


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    return [
        f"| {' | '.join(heads)} |",
        f"|{'---|' * len(heads)}",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]


def _text(text: str | None) -> str:
    """Return text as it appears in a cell of a table."""
    words = " ".join((text or "").split())
    for letter in "\\|*_[]`":
        words = words.replace(letter, f"\\{letter}")
    return words.replace("<", "&lt;").replace(">", "&gt;")


def _slug(heading: str) -> str:
    return re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-")
