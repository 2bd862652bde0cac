"""Addresses of one object or many, such as ``s3://bucket/logs/2024-*.gz``"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

from conda_census.errors import SourceError

__all__ = ["ObjectAddress", "is_object_address", "parse_address"]

_SCHEMES = ("s3", "gs", "az")
_ADDRESS = re.compile(r"(s3|gs|az)://([^/]*)/?(.*)", re.DOTALL)
_BUCKET = re.compile(r"[A-Za-z0-9$][A-Za-z0-9._-]*")
_MAGIC = re.compile(r"[*?\[]")
#: Query of a signed address, after the ?; in a pattern ? matches one letter.
_QUERY = re.compile(r"\?[^/]*=")
_ANY_DEPTH = "**"


@dataclass(frozen=True)
class ObjectAddress:
    """Address of objects: the kind of store, the bucket (Azure's container), and a key, prefix or glob."""

    scheme: str
    bucket: str
    key: str

    def __str__(self) -> str:
        return f"{self.scheme}://{self.bucket}/{self.key}"

    @property
    def is_glob(self) -> bool:
        """Return True if the key is a pattern that may match many keys."""
        return bool(_MAGIC.search(self.key))

    @property
    def is_folder(self) -> bool:
        """Return True if the address can only be a prefix, not an object."""
        return not self.key or self.key.endswith("/")

    @property
    def listed_prefix(self) -> str:
        """Return the folder that contains everything that the address names."""
        parts = self.key.strip("/").split("/")
        fixed = next((number for number, part in enumerate(parts) if _MAGIC.search(part)), len(parts))
        return "/".join(parts[:fixed])

    def names(self, key: str) -> bool:
        """Return True if it names the object with this key. Hidden keys must be explicit, as on disk."""
        parts = key.split("/")
        return key == self.key or _matches(self.key.strip("/").split("/") if self.key else [], parts)

    def at(self, key: str) -> ObjectAddress:
        """Return the address of one object in the same bucket."""
        return ObjectAddress(self.scheme, self.bucket, key)


def is_object_address(text: str) -> bool:
    """Return True if the text begins like an address of objects."""
    return text.startswith(tuple(f"{scheme}://" for scheme in _SCHEMES))


def parse_address(text: str) -> ObjectAddress:
    """Parse an address that a person gave.

    Raises:
        SourceError: it names no bucket, or holds a user or a query, which are not repeated in the message.
    """
    match = _ADDRESS.fullmatch(text)
    assert match  # noqa: S101 (is_object_address says so)
    scheme, bucket, key = match.groups()
    if query := _QUERY.search(key):
        raise SourceError(
            f"{scheme}://…/{key[: query.start()]}: must hold no query: name the object alone, "
            "and give credentials by the variables of the environment"
        )
    if not _BUCKET.fullmatch(bucket):
        raise SourceError(
            f"{scheme}://…: names no bucket: write {scheme}://BUCKET/PREFIX, "
            "and give credentials by the variables of the environment"
        )
    return ObjectAddress(scheme, bucket, key)


def _matches(pattern: list[str], parts: list[str]) -> bool:
    """Return True if the patterns match the parts, or the first of them, as those of a folder."""
    if not pattern:
        return not any(part.startswith(".") for part in parts)
    first, *rest = pattern
    if first == _ANY_DEPTH and _matches(rest, parts):
        return True
    if not parts or (parts[0].startswith(".") and not first.startswith(".")):
        return False
    if first == _ANY_DEPTH:
        return _matches(pattern, parts[1:])
    # Explicit names are taken literally; below them, the rules are those of a glob of files.
    return (parts[0] == first or fnmatchcase(parts[0], first)) and _matches(rest, parts[1:])
