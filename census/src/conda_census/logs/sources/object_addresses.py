"""What does the address of one object or many say, such as ``s3://bucket/logs/2024-*.gz``?"""

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
#: What follows the ? of a signed address; in a pattern ? stands for a letter.
_QUERY = re.compile(r"\?[^/]*=")
_ANY_DEPTH = "**"


@dataclass(frozen=True)
class ObjectAddress:
    """Where objects lie: the kind of store, the bucket (Azure's container), and a key, prefix or glob."""

    scheme: str
    bucket: str
    key: str

    def __str__(self) -> str:
        return f"{self.scheme}://{self.bucket}/{self.key}"

    @property
    def is_glob(self) -> bool:
        """Does it stand for all keys that it matches?"""
        return bool(_MAGIC.search(self.key))

    @property
    def is_folder(self) -> bool:
        """Can it be no object, but only what lies below it?"""
        return not self.key or self.key.endswith("/")

    @property
    def listed_prefix(self) -> str:
        """The folder below which everything lies that it names."""
        parts = self.key.strip("/").split("/")
        fixed = next((number for number, part in enumerate(parts) if _MAGIC.search(part)), len(parts))
        return "/".join(parts[:fixed])

    def names(self, key: str) -> bool:
        """Does it name the object with this key? As on disk: hidden ones only where it says so."""
        parts = key.split("/")
        return key == self.key or _matches(self.key.strip("/").split("/") if self.key else [], parts)

    def at(self, key: str) -> ObjectAddress:
        """The address of one object in the same bucket."""
        return ObjectAddress(self.scheme, self.bucket, key)


def is_object_address(text: str) -> bool:
    """Does the text begin as an address of objects does?"""
    return text.startswith(tuple(f"{scheme}://" for scheme in _SCHEMES))


def parse_address(text: str) -> ObjectAddress:
    """The address that a person gave.

    Raises:
        SourceError: it names no bucket, or holds a user or a query, which are not repeated.
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
    """Do the patterns match the parts, or the first of them, as those of a folder?"""
    if not pattern:
        return not any(part.startswith(".") for part in parts)
    first, *rest = pattern
    if first == _ANY_DEPTH and _matches(rest, parts):
        return True
    if not parts or (parts[0].startswith(".") and not first.startswith(".")):
        return False
    if first == _ANY_DEPTH:
        return _matches(pattern, parts[1:])
    # What is written out is taken at its word; below it, what a glob of files would take.
    return (parts[0] == first or fnmatchcase(parts[0], first)) and _matches(rest, parts[1:])
