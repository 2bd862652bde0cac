"""Doubts about logs that were read nevertheless, kept so that a later report can name them.

``ingest`` warns of a copy with other bytes, of user agents that are cut short, of addresses that are those of
a proxy, and of data that it could not read. The file ``doubts.json`` of the lake keeps these warnings with
the batch that read the log. A doubt no longer counts once its log is taken out: then its batch has no row of
the log in the table ``sources``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, get_args

from filelock import FileLock

from conda_census.atomic_files import replace_durably
from conda_census.errors import DamagedFileError, LakeError
from conda_census.lake.store import Lake

__all__ = [
    "DOUBTS",
    "Doubt",
    "DoubtAbout",
    "note_doubts",
    "read_doubts",
]

#: ``repeated``: downloads that other logs brought. ``tokens``: user agents that hide their tokens.
#: ``addresses``: addresses that may not be those of clients. ``unread``: data of the log that was not read.
DoubtAbout = Literal["repeated", "tokens", "addresses", "unread"]

#: Name of the file in the lake; it does not exist as long as nothing was ever in doubt.
DOUBTS = "doubts.json"
_LOCK = "doubts.lock"
_LOCK_S = 600


@dataclass(frozen=True)
class Doubt:
    """A doubt about one reading of a log.

    Attributes:
        batch: the batch that read it, as in the table ``sources``.
        source: the log, as in the table ``sources``.
        about: the subject of the doubt.
        reason: a sentence for a person.
    """

    batch: str
    source: str
    about: DoubtAbout
    reason: str


def read_doubts(path: Path) -> list[Doubt]:
    """Return all doubts that the lake in this folder keeps, including those about logs that were taken out.

    Raises:
        DamagedFileError: ``doubts.json`` is damaged.
        LakeError: it cannot be read.
    """
    place = path / DOUBTS
    try:
        return [_from_json(row) for row in json.loads(place.read_bytes())["doubts"]]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise LakeError(f"{place}: cannot be read ({error.strerror}): give access to it") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise DamagedFileError(
            place,
            "restore it from your backup, or run conda-census repair, after which reports no longer say what "
            "was in doubt when logs were read",
        ) from None


def note_doubts(lake: Lake, batch: str, doubts: Sequence[Doubt]) -> None:
    """Store the doubts about the logs of one batch, replacing earlier ones of the batch.

    Raises:
        LakeError: ``doubts.json`` is damaged or cannot be read.
        OSError: the lake's folder cannot be written.
    """
    if not doubts and not (lake.path / DOUBTS).exists():
        return
    with lake.private(), FileLock(lake.path / _LOCK, timeout=_LOCK_S):
        before = read_doubts(lake.path)
        after = [*(doubt for doubt in before if doubt.batch != batch), *doubts]
        if after != before:
            replace_durably(
                lake.path / DOUBTS, json.dumps({"doubts": [asdict(doubt) for doubt in after]}).encode()
            )


def _from_json(row: dict[str, object]) -> Doubt:
    texts = [str(row[name]) for name in ("batch", "source", "reason")]
    if (about := row["about"]) not in get_args(DoubtAbout):
        raise ValueError(about)
    return Doubt(texts[0], texts[1], about, texts[2])  # type: ignore[arg-type]  # it is one of them
