"""Files with records, maps and statements: JSON, YAML, zips and folders."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from conda_census.errors import CensusError
from conda_census.vulnerabilities.input_fields import Field
from conda_census.vulnerabilities.input_files import read_input_files


def _read(*paths: Path) -> list[object]:
    return [found.value if isinstance(found, Field) else str(found) for found in read_input_files(paths)]


def test_yaml_keeps_dates_and_versions_as_they_are_written(tmp_path: Path) -> None:
    """A date stays a text, and 1.10 is not 1.1; null is nothing."""
    file = tmp_path / "a.yaml"
    file.write_text(
        "modified: 2024-01-16T10:00:00Z\nday: 2024-01-16\nfixed: 1.10\nlist: [1.0, yes]\nno: null\nnil:\n"
    )
    assert _read(file) == [
        {
            "modified": "2024-01-16T10:00:00Z",
            "day": "2024-01-16",
            "fixed": "1.10",
            "list": ["1.0", "yes"],
            "no": None,
            "nil": None,
        }
    ]


def test_folders_and_zips(tmp_path: Path) -> None:
    """All that is JSON or YAML by its name, at every depth, also curl's ``.json.in``, and no other file."""
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "b.json.in").write_text('{"b": 1}')
    (tmp_path / "a.yml").write_text("a: 1")
    (tmp_path / "README.md").write_text("# No record")
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr("x/c.JSON", '{"c": 1}')
        archive.writestr("x/d.yaml", "d: 1")
        archive.writestr("x/e.txt", "no record")
    assert _read(tmp_path) == [{"a": "1"}, {"b": 1}, {"c": 1}, {"d": "1"}]
    places = [found.file for found in read_input_files([tmp_path / "z.zip"]) if isinstance(found, Field)]
    assert places == [f"{tmp_path}/z.zip/x/c.JSON", f"{tmp_path}/z.zip/x/d.yaml"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.json", b"{", "a.json: not JSON (Expecting property name"),
        ("a.json", b"\xff\xfe\x00", "a.json: not JSON ("),
        ("a.json", b'{"a": 1, "a": 2}', "a.json: a stands there twice: leave one out"),
        ("a.json", b"[" * 100_000, "a.json: not JSON ("),
        ("a.yaml", b"a: [1\nb: 2", "a.yaml: not YAML (line 2): correct that place"),
        ("a.yaml", b"a: \x00", "a.yaml: not YAML ("),
        ("a.yaml", b"a: &a [1]\nb: [*a, *a]", "a.yaml: not YAML (a reference to another place)"),
        ("a.txt", b"a", "a.txt: neither JSON, YAML nor a zip of them: name such a file"),
        ("a.zip", b"PK", "a.zip: a damaged or encrypted zip: fetch the file again"),
    ],
)
def test_what_cannot_be_read(name: str, content: bytes, message: str, tmp_path: Path) -> None:
    """One line that names the file, in its place among the others."""
    (tmp_path / name).write_bytes(content)
    (tmp_path / "good.json").write_text("{}")
    told, good = read_input_files([tmp_path / name, tmp_path / "good.json"])
    assert isinstance(told, CensusError)
    assert isinstance(good, Field)
    assert str(told).startswith(f"{tmp_path}/{message}")
    assert "\n" not in str(told)


def test_what_is_not_there(tmp_path: Path) -> None:
    """A missing file, an empty folder, an empty zip."""
    zipfile.ZipFile(tmp_path / "empty.zip", "w").close()
    (tmp_path / "folder").mkdir()
    assert _read(tmp_path / "missing.json", tmp_path / "folder", tmp_path / "empty.zip") == [
        f"{tmp_path}/missing.json: cannot be read (No such file or directory): check the path",
        f"{tmp_path}/folder: no JSON, YAML or zip in this folder: name one that holds some",
        f"{tmp_path}/empty.zip: no JSON or YAML in this zip: name one that holds some",
    ]
