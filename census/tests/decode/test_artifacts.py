"""Does a path name the package, installer or index that the wire format says?"""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from conda_census.decode.artifacts import ARTIFACT_COLUMNS, DESCRIBE_PATH_SQL

SHA = "0123456789abcdef" * 4


def _described(path: str) -> dict[str, Any]:
    connection = duckdb.connect()
    connection.execute("CREATE TABLE paths AS SELECT ? AS path", [path])
    [row] = connection.sql(DESCRIBE_PATH_SQL).to_arrow_table().to_pylist()
    assert set(row) == {"path", *ARTIFACT_COLUMNS}
    return row


@pytest.mark.parametrize(
    ("path", "channel", "subdir", "name", "version", "build", "build_number", "extension"),
    [
        ("/pkgs/main/linux-64/numpy-1.26.4-py311h08b1b3b_0.conda",
         "pkgs/main", "linux-64", "numpy", "1.26.4", "py311h08b1b3b_0", 0, "conda"),
        ("/conda-forge/noarch/tzdata-2024a-h0c530f3_0.tar.bz2",
         "conda-forge", "noarch", "tzdata", "2024a", "h0c530f3_0", 0, "tar.bz2"),
        ("/conda-forge/osx-arm64/python-dateutil-2.9.0.post0-pyhff2d567_12.conda",
         "conda-forge", "osx-arm64", "python-dateutil", "2.9.0.post0", "pyhff2d567_12", 12, "conda"),
        ("/noarch/_libgcc_mutex-0.1-main.conda", "", "noarch", "_libgcc_mutex", "0.1", "main", None, "conda"),
        ("/acme/label/dev/win-64/tool-1!2.0+local-0.conda",
         "acme", "win-64", "tool", "1!2.0+local", "0", 0, "conda"),
        ("/acme/private/linux-64/tool-1.0-0.conda",
         "acme/private", "linux-64", "tool", "1.0", "0", 0, "conda"),
        # a token of a subscriber is never a part of the channel
        ("/t/xx-0000-secret/acme/linux-64/tool-1.0-0.conda",
         "acme", "linux-64", "tool", "1.0", "0", 0, "conda"),
        ("/t/xx-0000-secret/t/secret/acme/linux-64/tool-1.0-0.conda",
         "acme", "linux-64", "tool", "1.0", "0", 0, "conda"),
        # conda puts it behind the path of the channel alias
        ("/conda/t/xx-0000-secret/acme/linux-64/tool-1.0-0.conda",
         "conda/acme", "linux-64", "tool", "1.0", "0", 0, "conda"),
        ("HTTPS://repo.example.com/t/secret/acme/linux-64/tool-1.0-0.conda",
         "acme", "linux-64", "tool", "1.0", "0", 0, "conda"),
        # signed URLs
        ("/acme/linux-64/tool-1.0-0.conda?Signature=secret",
         "acme", "linux-64", "tool", "1.0", "0", 0, "conda"),
        ("https://repo.example.com/acme/linux-64/tool-1.0-0.conda",
         "acme", "linux-64", "tool", "1.0", "0", 0, "conda"),
        # percent-encoded once and twice
        ("/acme/linux-64/tool-1.0%2Bcu12-0.conda", "acme", "linux-64", "tool", "1.0+cu12", "0", 0, "conda"),
        ("/acme/linux-64/tool-1.0%252Bcu12-0.conda", "acme", "linux-64", "tool", "1.0+cu12", "0", 0, "conda"),
        ("//acme//linux-64/tool-1.0-0.conda", "acme", "linux-64", "tool", "1.0", "0", 0, "conda"),
        # a platform that nobody knew when this was written
        ("/c/emscripten-wasm32/tool-1.0-h_3.conda",
         "c", "emscripten-wasm32", "tool", "1.0", "h_3", 3, "conda"),
    ],
)  # fmt: skip
def test_packages(
    path: str,
    channel: str,
    subdir: str,
    name: str,
    version: str,
    build: str,
    build_number: int | None,
    extension: str,
) -> None:
    """A package is split twice from the right; the channel is what stands before the subdir."""
    row = _described(path)
    assert row["kind"] == "package"
    assert (row["channel"], row["subdir"], row["name"], row["version"]) == (channel, subdir, name, version)
    assert (row["build"], row["build_number"], row["extension"]) == (build, build_number, extension)


@pytest.mark.parametrize(
    ("path", "product", "version", "platform", "extension"),
    [
        ("/miniconda/Miniconda3-latest-Linux-x86_64.sh",
         "Miniconda3", "latest", "Linux-x86_64", "sh"),
        ("/miniconda/Miniconda3-py311_23.11.0-2-MacOSX-arm64.pkg",
         "Miniconda3", "py311_23.11.0-2", "MacOSX-arm64", "pkg"),
        ("/archive/Anaconda3-2024.02-1-Windows-x86_64.exe",
         "Anaconda3", "2024.02-1", "Windows-x86_64", "exe"),
        ("/archive/Anaconda2-5.3.1-Linux-x86.sh", "Anaconda2", "5.3.1", "Linux-x86", "sh"),
        ("/archive/Anaconda-1.6.1-Linux-x86_64.sh", "Anaconda", "1.6.1", "Linux-x86_64", "sh"),
        ("/releases/Miniforge3-24.3.0-0-Linux-aarch64.sh", "Miniforge3", "24.3.0-0", "Linux-aarch64", "sh"),
        ("/releases/Miniforge3-Linux-x86_64.sh", "Miniforge3", "latest", "Linux-x86_64", "sh"),
        ("/Mambaforge-23.1.0-1-Linux-ppc64le.sh", "Mambaforge", "23.1.0-1", "Linux-ppc64le", "sh"),
    ],
)  # fmt: skip
def test_installers(path: str, product: str, version: str, platform: str, extension: str) -> None:
    """An installer is told by its name, wherever it lies; without a version it is the latest."""
    row = _described(path)
    assert row["kind"] == "installer"
    assert (row["product"], row["version"]) == (product, version)
    assert (row["platform"], row["extension"]) == (platform, extension)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/pkgs/main/noarch/repodata.json", "index"),
        ("/pkgs/main/noarch/repodata.json.zst", "index"),
        ("/pkgs/main/noarch/repodata.json.bz2", "index"),
        ("/pkgs/main/noarch/repodata.jlap", "index"),
        ("/pkgs/main/linux-64/current_repodata.json", "index"),
        ("/pkgs/main/linux-64/repodata_from_packages.json.gz", "index"),
        ("/conda-forge/linux-64/repodata_shards.msgpack.zst", "index"),
        (f"/conda-forge/linux-64/{SHA}.msgpack.zst", "index"),
        ("/pkgs/main/run_exports.json.zst", "metadata"),
        ("/pkgs/main/channeldata.json", "metadata"),
        ("/pkgs/main/notices.json", "metadata"),
        ("/pkgs/main/noarch/activate-0.0.0-0.conda", "heartbeat"),
        ("/", "other"),
        ("/robots.txt", "other"),
        ("/pkgs/main/linux-64/numpy-1.26.4.conda", "other"),
        ("/pkgs/main/linux/numpy-1.26.4-0.conda", "other"),
        ("/pkgs/main/linux-64/Upper-1.0-0.conda", "other"),
        (f"/pkgs/main/linux-64/{'n' * 65}-1.0-0.conda", "other"),
        ("/pkgs/main/linux-64/numpy-1.0-0.conda.sig", "other"),
        ("/miniconda/Miniconda3-latest-Linux-x86_64.sh.sha256", "other"),
        ("/%ff%fe", "other"),
        ("/miniconda/Miniconda3-%1B[31mRed-Linux-x86_64.sh", "other"),
        (f"/miniconda/Miniconda3-{'1' * 65}-Linux-x86_64.sh", "other"),
    ],
)
def test_kinds(path: str, kind: str) -> None:
    """Indexes, channel data and heartbeats are told apart, and what is none of these is other."""
    row = _described(path)
    assert row["kind"] == kind
    assert row["name"] is None


def test_no_secret_of_a_path_is_kept() -> None:
    """Neither a subscriber's token nor a signature stands in any column but the path itself."""
    row = _described("/t/secret-token/acme/linux-64/tool-1.0-0.conda?Signature=secret-signature")
    kept = {column: value for column, value in row.items() if column != "path"}
    assert "secret" not in str(kept)
