"""Are pseudonyms keyed, stable and apart, and are their keys kept from others?"""

from __future__ import annotations

import hashlib
import os
import stat
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from conda_census.decode.pseudonyms import Secrets, network_sql, token_sql
from conda_census.errors import CensusError


def test_a_pseudonym_is_a_keyed_sha_256_cut_to_16_bytes() -> None:
    """It is what hashlib makes of key, kind and token."""
    connection = duckdb.connect()
    connection.execute("SET VARIABLE token_key = 'ab12'")
    [(pseudonym,)] = connection.execute("SELECT " + token_sql("'TOKEN'", "c")).fetchall()
    assert pseudonym == hashlib.sha256(b"ab12c/TOKEN").digest()[:16]


def test_kinds_days_and_keys_are_apart() -> None:
    """The same text as another kind, or under another key, is another pseudonym; no token has none."""
    connection = duckdb.connect()
    connection.execute("SET VARIABLE token_key = 'ab12'")
    columns = (
        token_sql("'T'", "c"),
        token_sql("'T'", "e"),
        network_sql("'T'", "'k1'"),
        network_sql("'T'", "'k2'"),
        token_sql("NULL", "c"),
    )
    sql = "SELECT " + ", ".join(columns)
    [row] = connection.execute(sql).fetchall()
    assert len(set(row)) == len(row)
    assert row[-1] is None


def test_keys_are_made_once_and_readable_by_their_owner_alone(tmp_path: Path) -> None:
    """A key is 32 random bytes in a file of mode 0600, the same on second use, another for each day."""
    secrets = Secrets(tmp_path / "config")
    key = secrets.token_key()
    assert len(key) == 32
    assert Secrets(tmp_path / "config").token_key() == key
    assert Secrets(tmp_path / "other").token_key() != key
    assert secrets.network_key(date(2024, 1, 1)) != secrets.network_key(date(2024, 1, 2))
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "config").rglob("*.key")}
    assert modes == {0o600}


@pytest.mark.parametrize(
    ("day", "made", "now", "is_forgotten"),
    [
        ("2024-01-16", "2024-01-16 10:00", "2024-01-17 23:59", False),
        ("2024-01-16", "2024-01-16 10:00", "2024-01-18 00:00", True),
        # an old log: its key serves for a day, so that the logs of other servers find the same networks
        ("2020-05-05", "2024-01-16 10:00", "2024-01-17 09:59", False),
        ("2020-05-05", "2024-01-16 10:00", "2024-01-17 10:01", True),
        # a day to come: the clock of a server was wrong
        ("2099-01-01", "2024-01-16 10:00", "2024-01-17 10:01", True),
        ("2024-01-18", "2024-01-16 10:00", "2024-01-17 10:01", False),
    ],
)
def test_keys_of_complete_days_are_thrown_away(
    day: str, made: str, now: str, is_forgotten: bool, tmp_path: Path
) -> None:
    """From then on the same address would be another pseudonym, and nobody can go back."""
    secrets = Secrets(tmp_path)
    key = secrets.network_key(date.fromisoformat(day))
    made_at = datetime.fromisoformat(made).replace(tzinfo=UTC).timestamp()
    os.utime(tmp_path / "networks" / f"{day}.key", (made_at, made_at))
    secrets.forget_networks(datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert (secrets.network_key(date.fromisoformat(day)) != key) == is_forgotten


def test_a_key_that_is_none_is_refused(tmp_path: Path) -> None:
    """A damaged key would count everything twice: the error says what to do."""
    (tmp_path / "pseudonym.key").write_text("short")
    with pytest.raises(CensusError, match="restore it from your backup"):
        Secrets(tmp_path).token_key()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """The configuration folder may be on a disk that cannot be written."""
    (tmp_path / "file").write_text("")
    with pytest.raises(CensusError, match="CENSUS_CONFIG"):
        Secrets(tmp_path / "file" / "config").token_key()
