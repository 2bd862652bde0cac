"""Is a file that is no access log told for what it is, and is compressed data read as its tools read it?"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from conda_census.errors import SourceError
from conda_census.logs.format_detection import format_of, read_beginning
from conda_census.logs.formats import BUILT_IN
from conda_census.logs.sources.discovery import decompressed, find

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LINE = b'192.0.2.7 - - [16/Jan/2024:23:53:20 +0000] "GET /a HTTP/1.1" 200 1 "-" "conda/24.7.1"\n'
PACKERS = {"gzip": gzip.compress, "zstd": zstd.compress, "bzip2": bz2.compress, "xz": lzma.compress}
OTHERS = {
    '2024/01/16 23:53:20 [error] 12#12: *1 open() "/srv/x" failed (2: No such file), client: 192.0.2.7': (
        "the error log of nginx"
    ),
    "2024/01/16 23:53:20 [notice] 1#1: nginx/1.25.3": "the error log of nginx",
    "[Tue Jan 16 23:53:20.123456 2024] [core:error] [pid 12:tid 34] [client 192.0.2.7:1] AH00037: x": (
        "the error log of Apache"
    ),
    "[Wed Oct 11 14:32:52 2000] [error] [client 192.0.2.7] denied": "the error log of Apache",
    "[Tue Jan  6 23:53:20.123456 2024] [mpm_event:notice] [pid 1:tid 2] AH00489: Apache": "of Apache",
    r'{"log":"192.0.2.7 - - [16/Jan/2024:23:53:20 +0000] \"GET / HTTP/1.1\" 2\n","stream":"stdout"}': (
        "files of Docker"
    ),
    "__REALTIME_TIMESTAMP=1705449200000000": "an export of journald",
    "<!DOCTYPE html>": "a page of the web",
}


def _refusal(log: Path) -> str:
    with pytest.raises(SourceError) as told:
        format_of(log, read_beginning(log), BUILT_IN)
    return str(told.value)


@pytest.mark.parametrize(("line", "name"), OTHERS.items())
def test_another_log(tmp_path: Path, line: str, name: str) -> None:
    """It says what it is, what to do, and nothing of its lines; a syslog prefix makes no difference."""
    for before in ("", "Jan 16 23:53:20 mirror x[1]: "):
        log = tmp_path / "error.log"
        log.write_text(f"{before}{line}\n" * 30)
        told = _refusal(log)
        if not before:
            assert name in told
            assert "--exclude" in told
        assert "192.0.2.7" not in told


def test_archives(tmp_path: Path) -> None:
    """They are told by their first bytes."""
    tar, zipped, packed = tmp_path / "a.tar", tmp_path / "a.zip", tmp_path / "a.tar.gz"
    with tarfile.open(tar, "w") as archive:
        entry = tarfile.TarInfo("access.log")
        entry.size = len(LINE)
        archive.addfile(entry, io.BytesIO(LINE))
    with zipfile.ZipFile(zipped, "w") as archive_of_zip:
        archive_of_zip.writestr("access.log", LINE)
    packed.write_bytes(gzip.compress(tar.read_bytes()))
    assert "a tar archive, not an access log: unpack it" in _refusal(tar)
    assert "a tar archive" in _refusal(packed)
    assert "a zip archive" in _refusal(zipped)


@pytest.mark.parametrize("behind", [b"", bytes(600_000), b"garbage\n", bytes(512) + b"x", b"\n"])
@pytest.mark.parametrize("name", PACKERS)
def test_what_stands_behind_compressed_data(tmp_path: Path, name: str, behind: bytes) -> None:
    """Is passed over; members that follow are read."""
    log = tmp_path / "log"
    log.write_bytes(PACKERS[name](LINE * 9) + bytes(7) * bool(behind) + PACKERS[name](LINE) + behind)
    assert b"".join(decompressed(log)) == LINE * 10


def test_frames_without_data(tmp_path: Path) -> None:
    """Several tools write them before, between and behind frames of zstd."""
    empty = b"\x5e\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"12345"
    log = tmp_path / "log.zst"
    log.write_bytes(empty + zstd.compress(LINE) + empty + zstd.compress(LINE) + empty)
    assert b"".join(decompressed(log)) == LINE * 2


@pytest.mark.parametrize("name", PACKERS)
def test_a_member_that_is_cut(tmp_path: Path, name: str) -> None:
    """Wherever it is cut, it is told: the rest may still be written."""
    packed = PACKERS[name](LINE)
    for end in range(1, len(packed)):
        log = tmp_path / "log"
        log.write_bytes(packed + packed[:end])
        with pytest.raises(SourceError, match=r"too early|damaged"):
            b"".join(decompressed(log))


def test_what_is_left_out(tmp_path: Path) -> None:
    """By its name, that of its folder, its path or the end of it."""
    names = ["access.log", "error.log", "old/access.log", "old/deep/access.log.1", "a/b.log"]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(LINE)

    def kept(*patterns: str) -> list[str]:
        sources, errors = find([str(tmp_path)], None, patterns)
        assert not errors
        return sorted(str(Path(source.location).relative_to(tmp_path)) for source in sources)

    assert kept() == sorted(names)
    assert kept("error*.log") == ["a/b.log", "access.log", "old/access.log", "old/deep/access.log.1"]
    assert kept("old") == ["a/b.log", "access.log", "error.log"]
    assert kept("old/*") == ["a/b.log", "access.log", "error.log"]
    assert kept("./old/access.log") == ["a/b.log", "access.log", "error.log", "old/deep/access.log.1"]
    assert kept(f"{tmp_path}/a/*") == sorted(set(names) - {"a/b.log"})
    sources, [error] = find([str(tmp_path)], None, ["*.log", "old"])
    assert not sources
    assert "all 5 files are left out by --exclude" in str(error)
