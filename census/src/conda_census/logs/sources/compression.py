"""Decompression of files"""

from __future__ import annotations

import bz2
import lzma
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from isal import isal_zlib

from conda_census.errors import CutShortError, LastingSourceError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

__all__ = ["MAGIC_BYTES", "Codec", "codec_of", "tell_nobody", "unpacked"]

#: Number of bytes at the start of a file that identify its compression.
MAGIC_BYTES = 6
_READ_BYTES = 1 << 19
#: Maximum size of a piece, even if a little input decompresses to more.
_PIECE_BYTES = 4 << 20
_GZIP_WINDOW = 16 + 15
#: The dictionary of ``xz -9`` has 64 MiB.
_XZ_BYTES_MAX = 512 << 20


class Member(Protocol):
    """Member of a compressed file, with the interface of bz2 and zstd."""

    @property
    def eof(self) -> bool:
        """Return True if the member is at its end."""

    @property
    def needs_input(self) -> bool:
        """Return True if there is no more output without further input."""

    @property
    def unused_data(self) -> bytes:
        """Return the input beyond the member's end."""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Take more input, and return at most ``max_length`` bytes."""


@dataclass(frozen=True)
class Codec:
    """Compression: its name, the constructor of a member, and the exception that damage raises."""

    name: str
    member: Callable[[], Member]
    damage: type[Exception]


def codec_of(beginning: bytes) -> Codec | None:
    """Return the compression that the first bytes of a file show; None for a plain file."""
    return next((codec for magic, codec in _CODECS.items() if beginning.startswith(magic)), None)


def tell_nobody(size: int) -> None:
    """Ignore the number of skipped bytes."""


def unpacked(
    file: BinaryIO, name: str, passed_over: Callable[[int], object] = tell_nobody
) -> Iterator[bytes]:
    """Yield the bytes of a plain or compressed file in pieces. Several members are read one after the other.

    Args:
        file: the file, at its beginning.
        name: its name in errors.
        passed_over: called with the number of bytes after the last member, other than zeros, that are not
            read.

    Raises:
        CutShortError: the file is cut short.
        LastingSourceError: it is damaged.
        OSError: it cannot be read.
    """
    data = file.read(_READ_BYTES)
    codec = codec_of(data)
    if codec is None:
        while data:
            yield data
            data = file.read(_READ_BYTES)
        return
    member = codec.member()
    while data or not member.needs_input:
        try:
            piece = member.decompress(data, _PIECE_BYTES)
        except codec.damage:
            raise LastingSourceError(
                f"{name}: damaged {codec.name} data: fetch the file again, or recover what can be "
                "and give the recovered file"
            ) from None
        yield piece
        if member.eof:
            data = _behind_member(member.unused_data, file)
            if not _begins_member(data, codec):
                if data:
                    passed_over(len(data) + _bytes_left(file))
                return
            member = codec.member()
        else:
            data = file.read(_READ_BYTES) if member.needs_input else b""
    raise CutShortError(
        f"{name}: the {codec.name} data ends too early, the file was cut short or is still being written: "
        "fetch it again"
    )


def _behind_member(data: bytes, file: BinaryIO) -> bytes:
    """Return the data after a member, without the zeros with which tape drives and rsync pad a file."""
    data = data.lstrip(b"\0")
    while len(data) < MAGIC_BYTES and (more := file.read(_READ_BYTES)):
        data = (data + more).lstrip(b"\0")
    return data


def _begins_member(data: bytes, codec: Codec) -> bool:
    """Return True if data begins a member, even a cut one. Other data is skipped, as by ``zcat``."""
    is_cut = any(magic.startswith(data) for magic, each in _CODECS.items() if each is codec)
    return bool(data) and (is_cut or codec_of(data) is codec)


def _bytes_left(file: BinaryIO) -> int:
    here = file.tell()
    return file.seek(0, os.SEEK_END) - here


class _GzipMember:
    """Member of a gzip file, with a decompressor that is several times faster than zlib."""

    def __init__(self) -> None:
        self._member = isal_zlib.decompressobj(wbits=_GZIP_WINDOW)
        self._has_more = False

    @property
    def eof(self) -> bool:
        return bool(self._member.eof)

    @property
    def needs_input(self) -> bool:
        return not self._has_more

    @property
    def unused_data(self) -> bytes:
        return bytes(self._member.unused_data)

    def decompress(self, data: bytes, max_length: int) -> bytes:
        piece = bytes(self._member.decompress(self._member.unconsumed_tail + data, max_length))
        self._has_more = bool(self._member.unconsumed_tail) or len(piece) == max_length
        return piece


def _xz_member() -> Member:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_BYTES_MAX)


# The library's own types say that it is an instance.
_GZIP_DAMAGE: type[Exception] = isal_zlib.error  # type: ignore[assignment]
_ZSTD = Codec("zstd", zstd.ZstdDecompressor, zstd.ZstdError)
_CODECS = {
    b"\x1f\x8b": Codec("gzip", _GzipMember, _GZIP_DAMAGE),
    b"\x28\xb5\x2f\xfd": _ZSTD,
    # frames that pzstd and others put between the frames with data
    **{bytes([number]) + b"\x2a\x4d\x18": _ZSTD for number in range(0x50, 0x60)},
    b"\xfd7zXZ\0": Codec("xz", _xz_member, lzma.LZMAError),
    b"BZh": Codec("bzip2", bz2.BZ2Decompressor, OSError),
}
