"""Reader of ``repodata.json``, from a file or a server, plain or compressed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from typing import BinaryIO, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import duckdb

from conda_census import __version__
from conda_census.decode.artifacts import DESCRIBE_PATH_SQL
from conda_census.errors import CensusError
from conda_census.logs.sources.compression import unpacked
from conda_census.vulnerabilities.input_fields import Field

__all__ = ["Repodata", "find_repodata", "read_repodata"]

_TIMEOUT_S = 60
_NAMES = ("repodata.json", "repodata.json.zst", "repodata.json.bz2")
_IS_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)


class Repodata(NamedTuple):
    """The index of one subdir of a channel."""

    channel: str
    subdir: str
    content: Field


def find_repodata(text: str) -> list[tuple[str, str | None]]:
    """Return the indexes that a path or URL names, each with its channel if the path has it.

    A folder is searched for all subdirs below it. A channel is named after the folders between, such as
    ``pkgs/main``.

    Raises:
        CensusError: a folder has no index.
    """
    folder = Path(text)
    if _IS_ADDRESS.match(text) or not folder.is_dir():
        return [(text, None)]
    indexes = {
        subdir: next(subdir / name for name in _NAMES if (subdir / name).exists())
        for name in _NAMES
        for subdir in (file.parent for file in folder.rglob(name))
    }
    if not indexes:
        raise CensusError(f"{text}: no repodata.json in this folder: name that of a subdir of a channel")
    return [(str(file), _channel_between(folder, subdir)) for subdir, file in sorted(indexes.items())]


def _channel_between(folder: Path, subdir: Path) -> str | None:
    if folder in (subdir, subdir.parent):
        return None
    return _with_pkgs(subdir.parent.relative_to(folder).as_posix(), folder.absolute())


def read_repodata(text: str, channel: str | None = None) -> Repodata:
    """Read the index at a path or URL.

    Args:
        text: a path or URL that ends in ``CHANNEL/SUBDIR/repodata.json``; the file may be compressed.
        channel: the name of the channel, if it differs from the path.

    Raises:
        CensusError: it cannot be read, or is no repodata.
    """
    is_address = bool(_IS_ADDRESS.match(text))
    shown = _shown(text) if is_address else text
    with _opened(text, shown, is_address=is_address) as file:
        data = b"".join(unpacked(file, shown))
    try:
        content = Field(json.loads(data), shown)
    except ValueError:
        raise CensusError(f"{shown}: not JSON: name the repodata.json of a subdir of a channel") from None
    if not content["packages"] and not content["packages.conda"]:
        raise CensusError(f"{shown}: lists no packages: name the repodata.json of a subdir of a channel")
    path_channel, path_subdir = _place(text, is_address=is_address)
    named = channel if channel is not None else path_channel
    subdir = content["info"]["subdir"].optional_text() if content["info"] else None
    if named is None or not (subdir or path_subdir):
        raise CensusError(
            f"{shown}: which channel this is of does not stand in its path: name it with --channel"
        )
    return Repodata(named, subdir or path_subdir or "", content)


@contextmanager
def _opened(text: str, shown: str, *, is_address: bool) -> Iterator[BinaryIO]:
    if not is_address:
        try:
            with Path(text).open("rb") as file:
                yield file
        except OSError as error:
            raise CensusError(f"{text}: cannot be read ({error.strerror}): check the path") from None
        return
    if urlsplit(text).scheme.lower() not in ("http", "https"):
        raise CensusError(f"{shown}: only http and https are known: fetch it, and name the file")
    agent = {"User-Agent": f"conda-census/{__version__}"}
    try:
        with urlopen(Request(text, headers=agent), timeout=_TIMEOUT_S) as answer:  # noqa: S310  seen to above
            yield answer
    except HTTPError as error:
        raise CensusError(f"{shown}: the server answered {error.code}: check the address") from None
    except (URLError, HTTPException, OSError):
        raise CensusError(
            f"{shown}: cannot be fetched: check the address, and that it can be reached"
        ) from None


def _place(text: str, *, is_address: bool) -> tuple[str | None, str | None]:
    """Return channel and subdir: of a URL as its logs are decoded, of a file the names of its folders."""
    folder = text.rpartition("/")[0]
    if not is_address:
        subdir, channel, *above = Path(text).absolute().parents
        return _with_pkgs(channel.name, *above[:1]) or None, subdir.name or None
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE paths AS SELECT ? AS path", [f"{folder}/a-1-0.conda"])
        described = f"SELECT channel, subdir FROM ({DESCRIBE_PATH_SQL})"
        places: list[tuple[str | None, str | None]] = connection.execute(described).fetchall()
    return places[0]


def _with_pkgs(channel: str, above: Path | None = None) -> str:
    """Return the name of a channel in a folder: those in a folder ``pkgs`` have it in their names."""
    return f"pkgs/{channel}" if above and above.name == "pkgs" else channel


def _shown(address: str) -> str:
    """Return a URL without its secrets: user, token, query."""
    parts = urlsplit(address)
    path = re.sub(r"/t/[^/]+", "", parts.path)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{path}"
