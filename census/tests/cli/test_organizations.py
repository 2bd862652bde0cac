"""Does the report tell the organisations that ``census.toml`` names, and no others?"""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from census_support.inputs.small_log import SmallLog, token
from census_support.processes.census_process import CensusProcess

TOKENS = {"Acme <Inc>": "org-acme", "globex": "org-globex", "nobody": "org-nobody"}
ROWS = [
    {"name": "Acme <Inc>", "installations": 2, "sessions": 3, "downloads": 3},
    {"name": "globex", "installations": 1, "sessions": 1, "downloads": 1},
    {"name": "nobody", "installations": 0, "sessions": 0, "downloads": 0},
]


@pytest.fixture
def named(census: CensusProcess, tmp_path: Path) -> Path:
    """The configuration folder; in the lake two organisations have a name, and one has none."""
    log = SmallLog()
    for client, session, organizations in (
        ("c1", "s1", "o/org-acme"),
        ("c1", "s2", "o/org-acme o/org-globex"),
        ("c2", "s3", "i/org-globex o/org-acme"),
        ("c3", "s4", "o/org-other"),
    ):
        suffix = f"aau/1.0.0 c/{token(client)} s/{token(session)} {organizations}"
        log.request("/main/linux-64/numpy-1.26.4-py311_0.conda", suffix=suffix)
    done = census("ingest", log.write(tmp_path / "access.log"))
    assert done.returncode == 0, done.stderr
    folder = next(tmp_path.rglob("pseudonym.key")).parent
    lines = [f'{json.dumps(name)} = "{value}"' for name, value in TOKENS.items()]
    (folder / "census.toml").write_text("\n".join(["[organizations]", *lines]))
    (folder / "census.toml").chmod(0o600)
    return folder


@pytest.mark.takes_turns(5, among="the longest")
@pytest.mark.usefixtures("named")
def test_every_output_tells_them(census: CensusProcess, tmp_path: Path) -> None:
    """Text, JSON, page and CSV; none of them has a token."""
    done = census("report", "--html", "page.html", "--csv", "out")
    page, text = (tmp_path / "page.html").read_text(), done.stdout
    assert done.returncode == 0, done.stderr
    assert "Acme <Inc>" in text
    assert "Acme &lt;Inc&gt;" in page
    with (tmp_path / "out" / "organizations.csv").open() as file:
        assert [{**row} for row in csv.DictReader(file)] == [
            {name: str(value) for name, value in row.items()} for row in ROWS
        ]
    by_json = census("report", "--json").stdout
    assert json.loads(by_json)["organizations"] == ROWS
    for output in (page, text, by_json):
        assert not [value for value in (*TOKENS.values(), "org-other") if value in output]


@pytest.mark.takes_turns(5, among="the longest")
def test_without_names_there_is_no_section(census: CensusProcess, named: Path, tmp_path: Path) -> None:
    """Nor is a heading that links to nothing."""
    (named / "census.toml").unlink()
    done = census("report", "--html", "page.html")
    assert "Organisations" not in done.stdout + (tmp_path / "page.html").read_text()
    assert json.loads(census("report", "--json").stdout)["organizations"] == []


def test_what_is_not_known_is_not_shown_as_none(census: CensusProcess, named: Path, tmp_path: Path) -> None:
    """In an old lake, and without the key, one line says what to do."""
    lake = next(tmp_path.rglob("lake.json")).parent
    shutil.copytree(lake, tmp_path / "copy")
    lake_json = json.loads((tmp_path / "copy" / "lake.json").read_text())
    (tmp_path / "copy" / "lake.json").write_text(json.dumps(lake_json | {"lake_version": 1}))
    done = census("report", "--lake", "copy")
    assert (done.returncode, done.stdout) == (1, "")
    assert "in which organisations cannot be told: run conda-census ingest or compact first" in done.stderr
    key = named / "pseudonym.key"
    key.unlink()
    done = census("report")
    assert (done.returncode, done.stdout, key.exists()) == (1, "", False)
    assert (
        "no pseudonym.key here, without which the organisations of census.toml cannot be told" in done.stderr
    )
    assert len(done.stderr.splitlines()) == 1
    key.write_bytes(b"k" * 32)
    assert "another key" in census("report").stderr
