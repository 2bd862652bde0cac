"""Objects of S3, Google Cloud and Azure, in the only module that imports obstore"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, BinaryIO, Literal

from conda_census.errors import SourceError, first_line
from conda_census.logs.sources.byte_ranges import open_by_ranges
from conda_census.logs.sources.object_addresses import ObjectAddress, parse_address

if TYPE_CHECKING:  # only users who read objects need obstore
    from obstore import GetOptions, ObjectMeta
    from obstore.store import ObjectStore, RetryConfig

__all__ = ["LogObject", "find_objects", "object_at"]

#: A missing endpoint is reported within seconds; a store that is busy for a moment is asked again.
_RETRY: RetryConfig = {"max_retries": 4, "retry_timeout": timedelta(seconds=10)}

_DENIED = re.compile(r"\b(?:401 Unauthorized|403 Forbidden)\b")


@dataclass(frozen=True)
class LogObject:
    """Object that may be an access log, as it was when it was found."""

    address: ObjectAddress
    stored_size: int
    e_tag: str | None
    store: ObjectStore = field(repr=False, compare=False)

    def __str__(self) -> str:
        return str(self.address)

    @property
    def location(self) -> str:
        """Return the address of the object."""
        return str(self.address)

    @property
    def may_grow(self) -> bool:
        """Return False, because objects are stored whole."""
        return False

    def open(self, mode: Literal["rb"], /) -> BinaryIO:  # noqa: ARG002 (there is no other)
        """Open the object; its bytes are fetched as they are read, and no copy is kept."""
        return open_by_ranges(self.stored_size, self._fetch)

    def stored_fingerprint(self, key: bytes) -> str:
        """Return a keyed hash of its address, size and e_tag, without reading any of its bytes."""
        if self.e_tag is None:
            return ""  # a later object at this address would look the same
        text = f"object\n{self.address}\n{self.stored_size}\n{self.e_tag}"
        return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()

    def _fetch(self, start: int, end: int) -> bytes:
        options: GetOptions = {"range": (start, end)}
        if self.e_tag is not None:
            options["if_match"] = self.e_tag
        with _told_of(self.address):
            data = self.store.get(self.address.key, options=options).bytes().to_bytes()
        if len(data) != end - start:
            raise _replaced(self.address)
        return data


def find_objects(text: str) -> list[LogObject]:
    """Return the objects that an address names: one, all below a prefix, or all that a glob matches.

    Raises:
        SourceError: there are none, or the store cannot be reached.
    """
    address = parse_address(text)
    store = _open_store(address)
    with _told_of(address):
        if not (address.is_folder or address.is_glob):
            try:
                return [_object(address, store.head(address.key), store)]
            except FileNotFoundError:
                pass  # then it is a prefix
        found = [
            _object(address, meta, store)
            for chunk in store.list(address.listed_prefix or None)
            for meta in chunk
            if address.names(meta["path"])
        ]
    if not found:
        raise SourceError(f"{address}: no such object, prefix or pattern: check the address")
    return found


def object_at(text: str) -> LogObject:
    """Return the object at an address, as it is now.

    Raises:
        SourceError: it is gone, or the store cannot be reached.
    """
    address = parse_address(text)
    store = _open_store(address)
    with _told_of(address):
        return _object(address, store.head(address.key), store)


def _object(address: ObjectAddress, meta: ObjectMeta, store: ObjectStore) -> LogObject:
    return LogObject(address.at(meta["path"]), meta["size"], meta["e_tag"], store)


def _open_store(address: ObjectAddress) -> ObjectStore:
    """Return the store of the address, with the credentials and the endpoint from the environment."""
    try:
        from obstore.store import AzureStore, GCSStore, S3Store
    except ImportError:
        raise SourceError(
            f"{address}: to read objects, a library is missing: pip install 'conda-census[cloud]'"
        ) from None
    with _told_of(address):
        match address.scheme:
            case "s3":
                return S3Store(address.bucket, retry_config=_RETRY)
            case "gs":
                return GCSStore(address.bucket, retry_config=_RETRY)
            case _:
                return AzureStore(address.bucket, retry_config=_RETRY)


@contextmanager
def _told_of(address: ObjectAddress) -> Iterator[None]:
    """Turn a store's exceptions into errors for people, without queries and without the store's answer."""
    from obstore.exceptions import (
        BaseError,
        PermissionDeniedError,
        PreconditionError,
        UnauthenticatedError,
    )

    try:
        yield
    except FileNotFoundError:
        raise SourceError(f"{address}: no such object or bucket: check the address") from None
    except PreconditionError:
        raise _replaced(address) from None
    except (PermissionError, PermissionDeniedError, UnauthenticatedError):
        raise _denied(address) from None
    except (BaseError, OSError, ValueError) as problem:
        if "NoSuchBucket" in str(problem):
            raise SourceError(f"{address}: no such object or bucket: check the address") from None
        if _DENIED.search(str(problem)):  # a denied listing has no exception of its own
            raise _denied(address) from None
        raise SourceError(
            f"{address}: the store cannot be read ({_harmless(first_line(problem))}): "
            "check the endpoint and the credentials in the environment, and that it can be reached"
        ) from None


def _harmless(text: str) -> str:
    """Return a library's message without parts that may be secret: an answer, a query, a user in a URL."""
    text = text.partition("<")[0].rstrip(" :")
    return re.sub(r"//[^/\s]*@", "//", re.sub(r"\?\S*", "", text))


def _denied(address: ObjectAddress) -> SourceError:
    return SourceError(
        f"{address}: access was denied: check the credentials in the environment, "
        "and that they may list the bucket and read its objects"
    )


def _replaced(address: ObjectAddress) -> SourceError:
    return SourceError(f"{address}: was replaced while it was read: run the same command again")
