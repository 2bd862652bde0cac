"""Import of repodata from files and servers."""

from __future__ import annotations

import bz2
import json
import sys
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from conda_census.lake.references import REPODATA_BUILDS
from conda_census.lake.store import Lake
from conda_census.vulnerabilities.conda_packages import Build
from conda_census.vulnerabilities.repodata import channel_builds, import_repodata

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """An empty lake."""
    return Lake.open_or_create(tmp_path / "lake", "k")


def _record(
    name: str = "demo", version: str = "1.0", build: str = "py_0", **more: object
) -> dict[str, object]:
    return {"name": name, "version": version, "build": build, "build_number": 0} | more


def _repodata(*records: dict[str, object], subdir: str | None = "linux-64", **packages: object) -> bytes:
    named = {f"{each['name']}-{each['version']}-{each['build']}.conda": each for each in records}
    info = {"subdir": subdir} if subdir else {}
    return json.dumps({"info": info, "packages": packages, "packages.conda": named}).encode()


def _write(folder: Path, content: bytes, name: str = "repodata.json") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    return folder / name


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """The address of a server of the folder ``served``."""
    (tmp_path / "served").mkdir()

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=tmp_path / "served")) as served:
        thread = Thread(target=served.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{served.server_address[1]}"
        served.shutdown()
        thread.join()


def test_a_build_with_two_files_is_one_build(lake: Lake, tmp_path: Path) -> None:
    """The size is that of the smaller one; a time is in seconds or milliseconds."""
    old = {"demo-1.0-py_0.tar.bz2": _record(size=100, timestamp=1600000000)}
    content = _repodata(_record(size=60, timestamp=1600000000000), _record("other"), **old)
    imported = import_repodata(lake, [str(_write(tmp_path / "main" / "linux-64", content))])
    assert (imported.subdirs, imported.problems) == ({("main", "linux-64"): 2}, ())
    rows = {row["name"]: row for row in lake.reference(REPODATA_BUILDS).to_pylist()}
    assert rows["demo"]["size"] == 60
    assert f"{rows['demo']['time']:%Y-%m-%dT%H:%M:%SZ}" == "2020-09-13T12:26:40Z"
    assert (rows["other"]["size"], rows["other"]["time"]) == (None, None)
    assert channel_builds(lake, ["demo"]) == [Build("main", "linux-64", "demo", "1.0", "py_0", 0)]
    assert channel_builds(lake, []) == []


@pytest.mark.parametrize(
    ("name", "compress"),
    [("repodata.json", bytes), ("repodata.json.zst", zstd.compress), ("repodata.json.bz2", bz2.compress)],
)
def test_from_a_server(name: str, compress: object, lake: Lake, server: str, tmp_path: Path) -> None:
    """The channel is what the logs of that server would call it: without token and repository manager."""
    content = compress(_repodata(_record()))  # type: ignore[operator]
    for folder in ("pkgs/main/linux-64", "t/secret/artifactory/api/conda/mine/linux-64"):
        _write(tmp_path / "served" / folder, content, name)
        assert import_repodata(lake, [f"{server}/{folder}/{name}"]).problems == ()
    assert {build.channel for build in channel_builds(lake, ["demo"])} == {"pkgs/main", "mine"}


def test_the_channels_of_conda_itself_have_two_names(lake: Lake, tmp_path: Path) -> None:
    """As the logs have them, whether a file is named or a folder above it."""
    file = _write(tmp_path / "pkgs" / "main" / "noarch", _repodata(_record(), subdir="noarch"))
    for place in (file, file.parent, tmp_path / "pkgs" / "main", tmp_path / "pkgs", tmp_path):
        assert import_repodata(lake, [str(place)]).subdirs == {("pkgs/main", "noarch"): 1}


def test_a_new_index_takes_the_place_of_the_old_one(lake: Lake, tmp_path: Path) -> None:
    """Of its subdir of its channel, and of no other."""
    for subdir in ("linux-64", "osx-64"):
        _write(tmp_path / "main" / subdir, _repodata(_record(), subdir=subdir))
    assert import_repodata(lake, [str(tmp_path / "main")]).subdirs == {
        ("main", "linux-64"): 1,
        ("main", "osx-64"): 1,
    }
    newer = _write(tmp_path / "main" / "linux-64", _repodata(_record(version="2.0")))
    import_repodata(lake, [str(newer)])
    import_repodata(lake, [str(newer)], channel="pkgs/main")
    found = sorted((build.channel, build.subdir, build.version) for build in channel_builds(lake, ["demo"]))
    assert found == [("main", "linux-64", "2.0"), ("main", "osx-64", "1.0"), ("pkgs/main", "linux-64", "2.0")]


def test_records_with_mistakes(lake: Lake, tmp_path: Path) -> None:
    """File and field are named, the rest is imported."""
    wrong = {
        "a": _record(version="1..0"),
        "b": _record(build_number=-1),
        "c": "d",
        "e": _record(timestamp=10**18),
    }
    file = _write(tmp_path / "main" / "linux-64", _repodata(_record("good"), **wrong))
    imported = import_repodata(lake, [str(file)])
    assert [str(each) for each in imported.problems] == [
        f"{file}: packages.a.version says '1..0' is no version that conda can order: correct it",
        f"{file}: packages.b.build_number must be a whole number from 0 on",
        f"{file}: packages.c must be a table of keys and values",
        f"{file}: packages.e.timestamp is beyond the year 9999: correct it",
    ]
    assert len(channel_builds(lake, ["good"])) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<html>", ": not JSON: name the repodata.json of a subdir of a channel"),
        (b"[]", ": the whole must be a table of keys and values"),
        (b"{}", ": lists no packages: name the repodata.json of a subdir of a channel"),
        (zstd.compress(_repodata(_record()))[:-3], ": the zstd data ends too early"),
        (b"BZh9damaged", ": damaged bzip2 data"),
        (b'{"packages": [], "packages.conda": {}}', ": packages must be a table of keys and values"),
    ],
)
def test_what_is_no_index(content: bytes, message: str, lake: Lake, tmp_path: Path) -> None:
    """It is told in one line, and another file beside it is imported."""
    file = _write(tmp_path / "main" / "linux-64", content)
    good = _write(tmp_path / "main" / "osx-64", _repodata(_record(), subdir=None))
    imported = import_repodata(lake, [str(file), str(good), str(tmp_path / "missing.json")])
    assert imported.subdirs == {("main", "osx-64"): 1}
    told, missing = (str(each) for each in imported.problems)
    assert told.startswith(f"{file}{message}")
    assert missing.endswith("missing.json: cannot be read (No such file or directory): check the path")


_REFUSED = {
    "{server}/nothing/linux-64/repodata.json?key=secret": ": the server answered 404",
    "http://user:secret@127.0.0.1:9/t/secret/a/linux-64/repodata.json": ": cannot be fetched",
    "ftp://user:secret@example.org/a/linux-64/repodata.json": ": only http and https are known",
    "{server}/repodata.json": "does not stand in its path: name it with --channel",
}


@pytest.mark.parametrize(("place", "message"), _REFUSED.items())
def test_what_a_server_does_not_give(
    place: str, message: str, lake: Lake, server: str, tmp_path: Path
) -> None:
    """One line, without what in an address may be secret."""
    _write(tmp_path / "served", _repodata(_record()))
    [problem] = import_repodata(lake, [place.replace("{server}", server)]).problems
    assert message in str(problem)
    assert "secret" not in str(problem)


def test_a_folder_without_an_index(lake: Lake, tmp_path: Path) -> None:
    """It is told what to name."""
    [problem] = import_repodata(lake, [str(tmp_path)]).problems
    assert str(problem).startswith(f"{tmp_path}: no repodata.json in this folder")
