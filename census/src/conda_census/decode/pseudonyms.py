"""Pseudonyms stored in place of tokens and addresses, and the secret keys behind them

A pseudonym is a keyed SHA-256, cut to 16 bytes. One key serves all tokens for the life of a lake. Without it
nobody can find out whether a token that they know is in the lake. Each day has its own key for addresses,
which is deleted when the day is complete. From then on nobody can recover the address, with any secret.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from conda_census.atomic_files import create_exclusively, make_folders
from conda_census.config import LATE_DELIVERY
from conda_census.errors import CensusError
from conda_census.own_files import expect_own, warn_if_readable

__all__ = ["Secrets", "folded_session_sql", "network_sql", "token_pseudonym", "token_sql", "tokens_sql"]

_KEY_BYTES = 32


@dataclass(frozen=True)
class Secrets:
    """Keys in the configuration folder, made on first use, readable only by their owner."""

    folder: Path

    @property
    def has_token_key(self) -> bool:
        """Return True if there is a key for tokens already."""
        return (self.folder / "pseudonym.key").exists()

    def token_key(self) -> bytes:
        """Return the key for tokens, 32 bytes.

        Raises:
            CensusError: the folder or the file cannot be read or written, or holds something else.
        """
        return self._key("pseudonym.key")

    def key_id(self) -> str:
        """Return an id for the token key that does not reveal it, 16 hexadecimal digits; errors as above."""
        return hashlib.sha256(b"key id\n" + self.token_key()).hexdigest()[:16]

    def network_key(self, day: date) -> bytes:
        """Return the key for the addresses of one UTC day, 32 bytes; errors as for the token key."""
        return self._key(f"networks/{day.isoformat()}.key")

    def has_network_key(self, day: date) -> bool:
        """Return True if the key for the addresses of this UTC day still exists."""
        return (self.folder / f"networks/{day.isoformat()}.key").exists()

    def forget_networks(self, now: datetime) -> None:
        """Delete the keys for the addresses of days that are complete.

        A day is complete when the time for late lines has passed since its end. If old logs are read, that
        time must also have passed since the key was made, so that you can read logs of one day in several
        runs. The key of a future day was made for a server with a wrong clock.
        """
        latest = now - LATE_DELIVERY
        tomorrow = (now + timedelta(days=1)).date().isoformat()
        for file in (self.folder / "networks").glob("*.key"):
            is_complete = file.stem < latest.date().isoformat() or file.stem > tomorrow
            if is_complete and file.stat().st_mtime < latest.timestamp():
                file.unlink(missing_ok=True)

    def _key(self, name: str) -> bytes:
        path = self.folder / name
        expect_own(self.folder / "any.key")
        expect_own(path)
        try:
            if not path.exists():
                make_folders(path.parent, mode=0o700)
                create_exclusively(path, secrets.token_bytes(_KEY_BYTES), mode=0o600)
            key = path.read_bytes()
            warn_if_readable(path)
        except OSError as error:
            raise CensusError(
                f"{path}: the key behind the pseudonyms cannot be read or made ({error.strerror}): "
                "set CENSUS_CONFIG to a folder of your own"
            ) from None
        if len(key) != _KEY_BYTES:
            raise CensusError(f"{path}: not a key of the census: restore it from your backup")
        return key


def token_sql(token: str, kind: str) -> str:
    """Return SQL for the pseudonym of a token: a 16-byte BLOB, null for null.

    ``kind`` keeps the same value in two roles apart. The key is read from the DuckDB variable
    ``token_key``, so that no statement contains it.
    """
    return f"unhex(left(sha256(getvariable('token_key') || '{kind}/' || {token}), 32))"


def tokens_sql(tokens: str, kind: str) -> str:
    """Return SQL for the pseudonyms of a list of tokens, in the same order; null for null."""
    return f"list_transform({tokens}, lambda token: {token_sql('token', kind)})"


def token_pseudonym(key: bytes, token: str, kind: str) -> bytes:
    """Return the pseudonym of a token of the given ``kind``: the same 16 bytes as from :func:`token_sql`."""
    return hashlib.sha256(f"{key.hex()}{kind}/{token}".encode()).digest()[:16]


def network_sql(address: str, key: str) -> str:
    """Return SQL for the pseudonym of an address: a 16-byte BLOB. ``key`` is its day's key in hexadecimal."""
    return f"unhex(left(sha256({key} || 'network/' || {address}), 32))"


def folded_session_sql(network: str, agent: str, time: str) -> str:
    """Return SQL for the session of requests without a session token: one per (network, agent, hour)."""
    hour = f"epoch(date_trunc('hour', {time}))::BIGINT"
    return f"unhex(left(sha256(concat_ws(' ', hex({network}), {hour}, {agent})), 32))"
