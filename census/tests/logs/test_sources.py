"""Are files found, and decompressed whatever their names say, and is damage told?"""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from conda_census.errors import SourceError
from conda_census.logs.sources.discovery import decompressed, find, is_compressed

TEXT = b"one line of a log\n" * 10_000
Compress = Callable[[bytes], bytes]


def _zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(data)


COMPRESSIONS: dict[str, Compress] = {
    "gzip": gzip.compress,
    "zstd": _zstd,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
}


@pytest.mark.parametrize("compress", COMPRESSIONS.values(), ids=COMPRESSIONS)
def test_compressed_files_are_read_whatever_their_name(compress: Compress, tmp_path: Path) -> None:
    """One member, and several one after the other, give the bytes that went in."""
    file = tmp_path / "access.log"
    file.write_bytes(compress(TEXT) + compress(b"") + compress(b"the end\n"))
    assert b"".join(decompressed(file)) == TEXT + b"the end\n"
    assert is_compressed(file)


def test_a_plain_file_is_read_as_it_is(tmp_path: Path) -> None:
    """A name that ends in .gz does not make a file compressed; an empty file is empty."""
    file = tmp_path / "access.log.gz"
    file.write_bytes(TEXT)
    assert b"".join(decompressed(file)) == TEXT
    assert not is_compressed(file)
    file.write_bytes(b"")
    assert b"".join(decompressed(file)) == b""


def test_zeros_behind_a_gzip_are_padding(tmp_path: Path) -> None:
    """As zcat does, what tape drives add is passed over."""
    file = tmp_path / "access.log.gz"
    file.write_bytes(gzip.compress(TEXT) + bytes(1000))
    sizes: list[int] = []
    assert b"".join(decompressed(file, sizes.append)) == TEXT
    assert sizes == []


@pytest.mark.parametrize(
    "rest",
    [b"x", b"one more line\n" * 100_000, b"garbage" + gzip.compress(TEXT), bytes(10) + b"PK\x03\x04" * 9],
    ids=["a byte", "plain lines", "garbage and a member", "zeros and a zip archive"],
)
@pytest.mark.parametrize("compress", COMPRESSIONS.values(), ids=COMPRESSIONS)
def test_what_stands_behind_the_members_is_told(compress: Compress, rest: bytes, tmp_path: Path) -> None:
    """It is passed over, as zcat does, and its bytes are counted to the end of the file."""
    file = tmp_path / "access.log"
    file.write_bytes(compress(TEXT) + compress(TEXT) + rest)
    sizes: list[int] = []
    assert b"".join(decompressed(file, sizes.append)) == TEXT + TEXT
    assert sizes == [len(rest.lstrip(b"\0"))]


@pytest.mark.parametrize("compress", COMPRESSIONS.values(), ids=COMPRESSIONS)
def test_a_file_that_was_cut_short_is_refused(compress: Compress, tmp_path: Path) -> None:
    """Whatever the compression, the error names the file and says what to do."""
    file = tmp_path / "access.log"
    data = compress(TEXT)
    file.write_bytes(data[: len(data) // 2])
    with pytest.raises(SourceError, match=r"access\.log: the \w+ data ends too early.*fetch it again"):
        list(decompressed(file))


@pytest.mark.parametrize("compress", COMPRESSIONS.values(), ids=COMPRESSIONS)
def test_a_damaged_file_is_refused(compress: Compress, tmp_path: Path) -> None:
    """Garbage behind a good beginning is an error, not the end of the log."""
    file = tmp_path / "access.log"
    file.write_bytes(compress(TEXT)[:20] + b"\xff" * 200)
    with pytest.raises(SourceError, match=r"access\.log: damaged"):
        list(decompressed(file))


def test_paths_folders_and_globs_name_each_file_once(tmp_path: Path) -> None:
    """A folder names all below it but hidden files; each file comes once; small ones come first."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "b.log").write_bytes(b"22")
    (tmp_path / "a.log").write_bytes(b"333")
    (tmp_path / "sub" / "c.log").write_bytes(b"1")
    (tmp_path / ".hidden").write_bytes(b"")
    files, errors = find([str(tmp_path), str(tmp_path / "a.log"), str(tmp_path / "*.log")])
    assert errors == []
    assert [(file.path.name, file.stored_size) for file in files] == [
        ("c.log", 1),
        ("b.log", 2),
        ("a.log", 3),
    ]


def test_what_is_not_there_is_told_and_the_rest_found(tmp_path: Path) -> None:
    """A missing path, a pattern without match and an empty folder each give one error."""
    (tmp_path / "a.log").write_bytes(b"1")
    (tmp_path / "empty").mkdir()
    paths = [str(tmp_path / name) for name in ("a.log", "missing", "*.nothing", "empty")]
    files, errors = find(paths)
    assert [file.path.name for file in files] == ["a.log"]
    assert [str(error).split(":")[0] for error in errors] == paths[1:]
    assert all("\n" not in str(error) for error in errors)


def test_a_pipe_is_refused_and_never_waited_for(tmp_path: Path) -> None:
    """Named, or matched by a pattern; in a folder it is passed over."""
    os.mkfifo(tmp_path / "pipe")
    files, errors = find([str(tmp_path / "pipe"), str(tmp_path / "p*")])
    assert files == []
    assert ["a pipe or a device" in str(error) for error in errors] == [True, True]


def test_one_file_that_is_gone_does_not_hide_the_others(tmp_path: Path) -> None:
    """A link that leads nowhere is told; what the same pattern matches beside it is found."""
    (tmp_path / "a.log").symlink_to(tmp_path / "nowhere")
    (tmp_path / "b.log").write_bytes(b"1")
    files, errors = find([str(tmp_path / "*.log")])
    assert [file.path.name for file in files] == ["b.log"]
    [error] = errors
    assert str(error) == (
        f"{tmp_path}/a.log: cannot be read (No such file or directory): "
        "check that it is there and that you may read it"
    )


def test_a_file_that_goes_away_is_told(tmp_path: Path) -> None:
    """Between two looks at it a file may be removed: that concerns this file alone."""
    with pytest.raises(SourceError, match="cannot be read"):
        is_compressed(tmp_path / "gone.log")


def test_a_lake_in_a_folder_is_left_out(tmp_path: Path) -> None:
    """Logs and lake may lie side by side: the files of the lake are no logs."""
    (tmp_path / "lake" / "sessions").mkdir(parents=True)
    (tmp_path / "lake" / "lake.json").write_text("{}")
    (tmp_path / "lake" / "sessions" / "part.parquet").write_bytes(b"PAR1")
    (tmp_path / "a.log").write_bytes(b"1")
    files, errors = find([str(tmp_path)])
    assert ([file.path.name for file in files], errors) == (["a.log"], [])
