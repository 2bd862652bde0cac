"""Is an address of objects taken apart, and do the right keys match?"""

from __future__ import annotations

import pytest

from conda_census.errors import SourceError
from conda_census.logs.sources.object_addresses import ObjectAddress, is_object_address, parse_address


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("s3://logs/a.log", ObjectAddress("s3", "logs", "a.log")),
        ("s3://logs", ObjectAddress("s3", "logs", "")),
        ("s3://logs/", ObjectAddress("s3", "logs", "")),
        ("gs://my.logs_1/2024/*.gz", ObjectAddress("gs", "my.logs_1", "2024/*.gz")),
        ("az://$logs/blob/2024/01/", ObjectAddress("az", "$logs", "blob/2024/01/")),
        ("az://container/what?.log", ObjectAddress("az", "container", "what?.log")),
    ],
)
def test_addresses(text: str, expected: ObjectAddress) -> None:
    """Scheme, bucket and key; an address of one object reads again as it was written."""
    assert is_object_address(text)
    assert parse_address(text) == expected
    assert str(expected).rstrip("/") == text.rstrip("/")


@pytest.mark.parametrize("text", ["s3:///a", "gs://", "az://a:b@c/d", "s3://b/a.log?versionId=SECRET"])
def test_what_is_no_address(text: str) -> None:
    """It is refused without what may be secret."""
    with pytest.raises(SourceError, match="by the variables of the environment") as told:
        parse_address(text)
    assert "SECRET" not in str(told.value)
    assert "@" not in str(told.value)


@pytest.mark.parametrize("text", ["logs/a.log", "/s3/a", "s3:/a", "https://example.org/a", "-", "S3"])
def test_what_is_a_path(text: str) -> None:
    """All else is looked for on disk."""
    assert not is_object_address(text)


@pytest.mark.parametrize(
    ("address", "prefix", "key", "named"),
    [
        ("gs://b/logs", "logs", "logs/a/b.gz", True),
        ("gs://b/logs", "logs", "logs2/a.gz", False),
        ("gs://b/logs/*.gz", "logs", "logs/a.gz", True),
        ("gs://b/logs/*.gz", "logs", "logs/a.log", False),
        ("az://b/**/x.log", "", "x.log", True),
        ("az://b/**/x.log", "", "a/b/x.log", True),
        ("az://b/2024-0[12]/*", "", "2024-03/a", False),
        ("az://b/", "", ".hidden", False),
        ("az://b/.hidden", ".hidden", ".hidden", True),
    ],
)
def test_which_keys_an_address_names(address: str, prefix: str, key: str, *, named: bool) -> None:
    """As files of folders are; and what has to be listed for it."""
    assert parse_address(address).listed_prefix == prefix
    assert parse_address(address).names(key) is named
