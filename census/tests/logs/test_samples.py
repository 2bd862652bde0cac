"""Does each sample log give the requests that stand beside it, and is it recognised as its own format?

A folder in ``samples`` for each format, a file in it for each oddity, and beside it what it holds. Of a
request only what the log says is written down; what is not written is null. A format that is not built in has
its ``census.toml`` there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from census_support.oracles.raw_rows import raw_rows
from conda_census.config import Settings
from conda_census.logs.blocks import blocks_of_lines
from conda_census.logs.fingerprints import Fingerprint
from conda_census.logs.format_detection import format_of, read_beginning
from conda_census.logs.formats import LogFormat, formats
from conda_census.logs.parsing.log_format import DROP_REASONS
from conda_census.logs.sources.discovery import decompressed
from conda_census.settings_file import read_census_toml

FOLDER = Path(__file__).parent / "samples"
INGEST = Path(__file__).parents[3] / "docs" / "reference" / "commands" / "ingest.md"
SAMPLES = [path for path in sorted(FOLDER.glob("*/*")) if path.suffix not in {".yaml", ".toml"}]
TABLES = [table for toml in sorted(FOLDER.glob("*/census.toml")) for table in read_census_toml(toml).formats]
#: All of them at once, as an operator may have them.
FORMATS = formats(Settings(Path("lake"), Path("config"), "main", tuple(TABLES)))


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _expected(path: Path) -> dict[str, Any]:
    expected: dict[str, Any] = yaml.safe_load((path.parent / f"{path.name.split('.')[0]}.yaml").read_text())
    return expected


def _lines(path: Path) -> list[str]:
    blocks = blocks_of_lines(decompressed(path), Fingerprint(b"k"), lambda _rest: True)
    return b"".join(blocks).decode().splitlines(keepends=True)


@pytest.mark.parametrize("path", SAMPLES, ids=_name)
def test_a_sample_gives_the_requests_beside_it(path: Path) -> None:
    """Every line is a request with these columns, or is dropped for this reason."""
    beginning = read_beginning(path)
    rows = raw_rows(FORMATS[path.parent.name], _lines(path), beginning.lines)
    requests = [
        {
            ("line" if name == "line_number" else name): value
            for name, value in row.items()
            if value is not None
        }
        for row in rows
        if row["dropped"] is None
    ]
    expected = _expected(path)
    assert requests == (expected["requests"] or [])
    assert {row["line_number"]: row["dropped"] for row in rows if row["dropped"]} == expected.get(
        "dropped", {}
    )
    assert len(rows) == len(requests) + len(expected.get("dropped", {}))


@pytest.mark.parametrize("path", SAMPLES, ids=_name)
def test_a_sample_is_sniffed_as_its_own_format(path: Path) -> None:
    """From its first lines alone, whatever the other formats look like, and by its own name."""
    beginning = read_beginning(path)
    assert format_of(path, beginning, FORMATS).name == path.parent.name
    assert format_of(path, beginning, FORMATS, path.parent.name).name == path.parent.name


def test_every_format_has_samples_and_is_documented() -> None:
    """The usual log first of all; every drop reason stands in some sample; people can read of all of them."""
    assert {path.parent.name for path in SAMPLES if path.name.startswith("basic")} == set(FORMATS)
    shown = {reason for path in SAMPLES for reason in _expected(path).get("dropped", {}).values()}
    # A repeated line looks like any other: test_repeats.py has those.
    assert shown | {"repeated"} == set(DROP_REASONS)
    document = INGEST.read_text()
    assert [reason for reason in DROP_REASONS if f"| `{reason}` |" not in document] == []


@pytest.mark.parametrize("log_format", FORMATS.values(), ids=FORMATS)
def test_the_example_of_a_format_is_in_it(log_format: LogFormat) -> None:
    """What people see is itself a request, and recognised as a line of the format."""
    example = log_format.example.encode()
    [row] = raw_rows(log_format, [log_format.example], [example])
    assert row["dropped"] is None
    assert log_format.line.fullmatch(example)


@pytest.mark.parametrize("log_format", FORMATS.values(), ids=FORMATS)
def test_a_format_names_its_server_and_its_content(log_format: LogFormat) -> None:
    """The generated page of log formats has both in a table of Markdown."""
    assert log_format.server
    assert log_format.content.endswith(".")
    assert not {"\n", "|"} & {*log_format.server, *log_format.content}
