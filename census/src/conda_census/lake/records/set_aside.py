"""Sources that are no log, or a damaged one; each is reported once and blocks nothing.

A source that cannot be read for now, such as a log that is cut short, is recorded too until it is read. So is
a log with an unread part if the rest brought no line, because the table ``sources`` has no row to record it.

The file ``set-aside.json`` of the lake names them. A source is recognised by its stored bytes. A file that
grew, was repaired or only touched is tried again. All are tried again with other formats or a newer version
of the census.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock

from conda_census import __version__
from conda_census.atomic_files import replace_file, sync
from conda_census.config import Settings
from conda_census.errors import LakeError
from conda_census.lake.store import Lake
from conda_census.logs.sources.readable import Source
from conda_census.logs.sources.standard_input import is_spooled

__all__ = ["SetAside", "SetAsideSources", "Unreadable", "name_as_stored", "tried_formats"]

_FILE = "set-aside.json"
_LOCK = "set-aside.lock"
_LOCK_S = 30


@dataclass(frozen=True)
class SetAside:
    """A source that is not read.

    Attributes:
        source: its name in messages.
        location: its location.
        reason: why, for a person.
        since: when it was set aside, UTC, as ISO 8601.
        name: identifies it as stored, see ``name_as_stored``.
        tried: the formats that were tried, see ``tried_formats``. It is empty for a source that each run
            tries again, and for a source that was read in part. Of these two, only the latter has a name.
        may_be_log: whether it may be an access log whose requests are missing.
    """

    source: str
    location: str
    reason: str
    since: str
    name: str
    tried: str
    may_be_log: bool = True

    @property
    def is_read_in_part(self) -> bool:
        """Return whether only a part of it was not read."""
        return bool(self.name) and not self.tried


@dataclass(frozen=True)
class Unreadable:
    """A source that could not be read, or not whole.

    Attributes:
        source: the source.
        reason: why, for a person.
        may_be_log: whether it may be an access log whose requests are missing.
        may_pass: whether the reason may pass, so that each run tries it again.
        is_read_in_part: whether only a part was not read, so that it is tried again when it changes.
    """

    source: Source
    reason: str
    may_be_log: bool = True
    may_pass: bool = False
    is_read_in_part: bool = False


class SetAsideSources:
    """The sources that are set aside in a lake."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._path = lake.path / _FILE

    def read(self) -> list[SetAside]:
        """Return all sources that are set aside, ordered by source.

        Raises:
            LakeError: the file is damaged or cannot be read.
        """
        try:
            content = json.loads(self._path.read_bytes())
            return [_from_json(row) for row in content["sources"]]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise LakeError(f"{self._path}: cannot be read ({error.strerror}): give access to it") from None
        except (ValueError, KeyError, TypeError):
            raise LakeError(
                f"{self._path}: damaged: remove this file, and the next ingest tries again what was set aside"
            ) from None

    def unread_logs(self) -> int:
        """Return how many of the sources that could not be read may be access logs.

        Raises:
            LakeError: the file is damaged or cannot be read.
        """
        return sum(entry.may_be_log for entry in self.read())

    def add(self, unreadable: Collection[Unreadable], key: bytes, tried: str) -> list[SetAside]:
        """Set sources aside, each with its reason, and return those that can be remembered.

        A source whose reason may pass is also recorded, as unread, and not returned: each run tries it again.
        The same holds for a source that was read in part.
        """
        since = datetime.now(UTC).isoformat(timespec="seconds")
        added = [
            SetAside(
                str(entry.source), entry.source.location, entry.reason, since, name, tried, entry.may_be_log
            )
            for entry in unreadable
            if not (entry.may_pass or entry.is_read_in_part) and (name := name_as_stored(entry.source, key))
        ]
        unread = {
            entry.source.location: SetAside(
                str(entry.source),
                entry.source.location,
                entry.reason,
                since,
                name_as_stored(entry.source, key) if entry.is_read_in_part else "",
                "",
            )
            for entry in unreadable
            if (entry.may_pass or entry.is_read_in_part) and not is_spooled(entry.source.location)
        }
        if added or unread:
            locations = {entry.location for entry in added} | set(unread)
            names = {entry.name for entry in [*added, *unread.values()] if entry.name}
            with self._locked():
                kept = [
                    entry
                    for entry in self.read()
                    if entry.location not in locations and entry.name not in names
                ]
                self._write([*kept, *added, *unread.values()])
        return added

    def forget(self, forgotten: Collection[SetAside]) -> None:
        """Remove sources from the record, so that they are tried again."""
        if forgotten:
            with self._locked():
                self._write([entry for entry in self.read() if entry not in forgotten])

    def move(self, moved: Mapping[SetAside, Source]) -> None:
        """Record the new locations of sources that are recognised by their names."""
        if moved:
            with self._locked():
                self._write(
                    [
                        replace(entry, source=str(now), location=now.location)
                        if (now := moved.get(entry))
                        else entry
                        for entry in self.read()
                    ]
                )

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._lake.private(), FileLock(self._lake.path / _LOCK, timeout=_LOCK_S):
            yield

    def _write(self, rows: list[SetAside]) -> None:
        rows = sorted(rows, key=lambda row: (row.source, row.name))
        replace_file(self._path, json.dumps({"sources": [asdict(row) for row in rows]}).encode())
        sync([self._path], [self._lake.path])


_FIELDS = ("source", "location", "reason", "since", "name", "tried")


def _from_json(row: dict[str, object]) -> SetAside:
    # Earlier versions did not record whether it may be a log.
    texts = {key: str(row[key]) for key in _FIELDS}
    return SetAside(**texts, may_be_log=bool(row.get("may_be_log", True)))


def name_as_stored(source: Source, key: bytes) -> str:
    """Return a name of a source as stored; empty if the source cannot be recognised later.

    If the middle of a file is repaired, both of its ends may stay as they are. So the name includes the time
    of its last change.
    """
    if is_spooled(source.location):
        return ""  # data from a pipe is gone
    try:
        stored = source.stored_fingerprint(key)
        if not stored:
            return ""
        changed_at = Path(source.location).stat().st_mtime_ns if source.may_grow else 0
    except OSError:
        return ""
    return hmac.new(key, f"set aside\n{stored}\n{changed_at}".encode(), hashlib.sha256).hexdigest()


def tried_formats(settings: Settings, format_name: str) -> str:
    """Return a name of the formats that a run tries: a source in none of them may be in another one."""
    text = repr((__version__, format_name, settings.formats))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
