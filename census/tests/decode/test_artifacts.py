"""Does a path name the package, installer or index that the wire format says?"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import duckdb
import pyarrow as pa
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from conda_census.decode.artifacts import ARTIFACT_COLUMNS, DESCRIBE_PATH_SQL
from conda_census.decode.build_numbers import build_number
from conda_census.decode.kept_texts import _RARE


def _table(name: str) -> list[dict[str, Any]]:
    """In the tables everything is text, so that no version needs quotes."""
    file = Path(__file__).parent / "paths" / f"{name}.yaml"
    table: list[dict[str, Any]] = yaml.load(file.read_text(), Loader=yaml.BaseLoader)  # noqa: S506
    return table


PACKAGES = _table("packages")
INSTALLERS = _table("installers")
KINDS = [
    (path, kind)
    for name in ("indexes", "others")
    for by_kind in _table(name)
    for kind, paths in by_kind.items()
    for path in paths
]
PATHS = [case["path"] for case in PACKAGES + INSTALLERS] + [path for path, _ in KINDS]


def _described(paths: list[str]) -> dict[str, dict[str, Any]]:
    """By path, what it says: the columns that are not null, as text."""
    connection = duckdb.connect()
    connection.register("paths", pa.table({"path": paths}))
    rows = connection.sql(DESCRIBE_PATH_SQL).to_arrow_table().to_pylist()
    assert all(row.keys() == {"path", *ARTIFACT_COLUMNS} for row in rows)
    return {
        row["path"]: {column: str(row[column]) for column in ARTIFACT_COLUMNS if row[column] is not None}
        for row in rows
    }


@cache
def _described_tables() -> dict[str, dict[str, Any]]:
    return _described(PATHS)


@pytest.mark.parametrize("case", PACKAGES, ids=lambda case: case["path"])
def test_packages(case: dict[str, Any]) -> None:
    """A package is split twice from the right; the channel is what stands before the subdir."""
    assert _described_tables()[case["path"]] == {"kind": "package", **case["package"]}


@pytest.mark.parametrize("case", INSTALLERS, ids=lambda case: case["path"])
def test_installers(case: dict[str, Any]) -> None:
    """An installer is told by its name; without a version it is that of its release, or the latest."""
    assert _described_tables()[case["path"]] == {"kind": "installer", **case["installer"]}


@pytest.mark.parametrize(("path", "kind"), KINDS)
def test_kinds(path: str, kind: str) -> None:
    """Indexes, channel data and heartbeats are told apart, and nothing else is said of them or of others."""
    assert _described_tables()[path] == {"kind": kind}


def test_the_tables_hold_each_path_once() -> None:
    """At least 120 of them, and each column has a value in some."""
    assert len(set(PATHS)) == len(PATHS) >= 120
    described = _described_tables().values()
    assert {column for row in described for column in row} == set(ARTIFACT_COLUMNS)


def test_no_secret_of_a_path_is_kept() -> None:
    """Neither a subscriber's token nor a signature stands in any column but the path itself."""
    secrets = [path for path in PATHS if "secret" in path]
    assert len(secrets) >= 20
    assert "secret" not in str([_described_tables()[path] for path in secrets])


def _file(name: int = 1, version: int = 1, build: int = 1, extension: str = "conda") -> str:
    """A file name whose parts are as long as that."""
    return f"{'n' * name}-{'1' * version}-{'b' * build}.{extension}"


LONGEST_SUBDIR = f"{'s' * 15}-{'6' * 16}"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (f"/c/noarch/{_file(name=64)}", "package"),
        (f"/c/noarch/{_file(name=65)}", "other"),
        (f"/c/noarch/{_file(version=64)}", "package"),
        (f"/c/noarch/{_file(version=65)}", "other"),
        (f"/c/noarch/{_file(build=64)}", "package"),
        (f"/c/noarch/{_file(build=65)}", "other"),
        # all at their longest make a file of 202 characters, so that no package reaches the limit of 211
        (f"/c/noarch/{_file(64, 64, 64, 'tar.bz2')}", "package"),
        (f"/c/noarch/{_file(65, 64, 64, 'tar.bz2')}", "other"),
        (f"/c/noarch/{_file(name=100_000)}", "other"),
        (f"/c/{LONGEST_SUBDIR}/{_file()}", "package"),
        (f"/c/{LONGEST_SUBDIR}6/{_file()}", "other"),
        # CEP 26: the URL of a channel has 256 characters at most
        (f"/{'c' * 256}/noarch/{_file()}", "package"),
        (f"/{'c' * 257}/noarch/{_file()}", "other"),
        (f"/api/conda/{'c' * 256}/label/{'l' * 128}/noarch/{_file()}", "package"),
        (f"/{'c/' * 100_000}noarch/{_file()}", "other"),
        (f"/Miniconda3-{'1' * 64}-Linux-x86_64.sh", "installer"),
        (f"/Miniconda3-{'1' * 65}-Linux-x86_64.sh", "other"),
        (f"/Miniconda3-latest-Linux-{'x' * 32}.sh", "installer"),
        (f"/Miniconda3-latest-Linux-{'x' * 33}.sh", "other"),
        (f"/{'0' * 64}.msgpack.zst", "index"),
        (f"/{'0' * 63}.msgpack.zst", "other"),
        (f"/{'0' * 65}.msgpack.zst", "other"),
    ],
    ids=lambda value: value if len(value) < 80 else f"{value[:30]}…{len(value)}",
)
def test_lengths_at_their_borders(path: str, kind: str) -> None:
    """Each part may be as long as CEP 26 lets it be, and no longer."""
    assert _described([path])[path]["kind"] == kind


def _text(alphabet: str, max_size: int = 64) -> st.SearchStrategy[str]:
    return st.text(alphabet, min_size=1, max_size=max_size)


SMALL = "abcdefghijklmnopqrstuvwxyz"
DIGITS = "0123456789"
# Not the names that mean something in a place: t, label and those of the repository managers. Text in which
# letters and digits change often is taken for a secret.
CHANNELS = st.lists(st.builds("c{}{}".format, _text(SMALL + "_.-", 20), st.integers(0, 99)), max_size=3).map(
    "/".join
)
SUBDIRS = st.just("noarch") | st.builds(
    "{}-{}{}".format, _text(SMALL, 15), st.integers(0, 99), _text(SMALL, 13)
)
NAMES = st.builds("{}{}".format, _text(SMALL + "_", 1), _text(SMALL + DIGITS + "._-", 63))
# What could be a secret is not looked for here: ``test_kept_texts.py`` does.
PACKAGE = st.fixed_dictionaries(
    {
        "kind": st.just("package"),
        "channel": CHANNELS,
        "subdir": SUBDIRS,
        "name": NAMES,
        "version": _text(SMALL + DIGITS + "._+!"),
        "build": _text(SMALL + DIGITS + "._+"),
        "extension": st.sampled_from(["conda", "tar.bz2"]),
    }
).filter(lambda package: not re.search(_RARE, "{name}-{version}-{build}".format(**package)))
BEFORE = st.sampled_from(["", "t/secret/", "https://example.org/", "http://example.org/t/secret/", "/"])
LABEL = st.sampled_from(["", "label/dev/", "label/a/b/"])
BEHIND = st.sampled_from(["", "?secret=1", "#secret", "?to=https://example.org/secret"])


def _path(package: dict[str, str], before: str, label: str, behind: str, times_encoded: int) -> str:
    channel = f"{package['channel']}/" if package["channel"] else ""
    file = "{name}-{version}-{build}.{extension}".format(**package)
    place = f"{channel}{label}{package['subdir']}/{file}"
    for _ in range(times_encoded):
        place = quote(place)
    return before + place + behind


# DuckDB takes longer to plan than to read: few examples of many paths.
@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(PACKAGE, BEFORE, LABEL, BEHIND, st.integers(0, 2)), max_size=40))
def test_what_a_path_is_made_of_is_what_it_says(
    made: list[tuple[dict[str, str], str, str, str, int]],
) -> None:
    """Whatever the parts are, and whatever stands around them: they come back, and nothing else does."""
    expected = {_path(*parts): parts[0] for parts in made}
    described = _described(list(expected))
    for path, package in expected.items():
        number = build_number(package["build"])
        assert described[path] == package | ({} if number is None else {"build_number": str(number)})


@pytest.mark.takes_turns(5, among="the longest")
@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(max_size=60) | st.text("%25/.-:?#tnoarch1_0cd \n", max_size=60), max_size=60))
def test_no_path_breaks_anything(paths: list[str]) -> None:
    """Whatever a log holds has a kind, and a channel holds no character that could mean something else."""
    for said in _described(paths).values():
        assert said["kind"] in {"package", "index", "metadata", "heartbeat", "installer", "other"}
        assert re.fullmatch(r"[A-Za-z0-9._~@+/-]*", said.get("channel", ""))
