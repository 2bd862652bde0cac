"""Tokens and the suffix made of them, by the grammar of ``docs/wire-format.md``.

Nothing here reads or writes a file.
"""

from __future__ import annotations

import os
from binascii import b2a_base64
from typing import TYPE_CHECKING

from anaconda_anon_usage import __version__

if TYPE_CHECKING:
    from typing import Iterable

#: The order in which tokens are sent, the most important ones first. The client never sends ``a/``.
ORDER = "cseiom"
#: Of these, at most one is sent.
SINGLE = "cse"
#: 22 characters of base64 carry the 128 bits of a new token; readers accept up to 36.
LENGTH_MIN = 22
LENGTH_MAX = 36
SUFFIX_SIZE_MAX_BYTES = 512

_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
_RANDOM_SIZE_BYTES = 16


class Token(tuple):  # type: ignore[type-arg]  # not subscriptable in Python 3.8
    """A prefix of :data:`ORDER` and its value. (A ``NamedTuple`` takes ten times as long to define.)"""

    __slots__ = ()

    def __new__(cls, prefix: str, value: str) -> Token:  # noqa: D102, PYI034  Self is of Python 3.11
        return tuple.__new__(cls, (prefix, value))

    @property
    def prefix(self) -> str:
        """The kind of token."""
        return str(self[0])

    @property
    def value(self) -> str:
        """The value of the token."""
        return str(self[1])


def generate_value() -> str:
    """Return a new random value: 128 bits, 22 characters of base64url."""
    return encode(os.urandom(_RANDOM_SIZE_BYTES))


def encode(data: bytes) -> str:
    """Return base64url without padding. (The module ``base64`` would cost an import of ``re``.)"""
    return b2a_base64(data, newline=False).decode("ascii").rstrip("=").replace("+", "-").replace("/", "_")


def is_value(value: str) -> bool:
    """Return whether `value` is valid for a token: 1 to 36 letters, digits, ``-`` and ``_``."""
    return 1 <= len(value) <= LENGTH_MAX and _CHARACTERS.issuperset(value)


def is_random_value(value: str) -> bool:
    """Return whether `value` is valid for ``c/``, ``s/`` or ``e/``: at least 22 characters."""
    return len(value) >= LENGTH_MIN and is_value(value)


class UserAgent(str):
    """A user agent that is sent whole, but shown with hidden tokens by ``str``, ``repr`` and ``format``.

    conda writes the headers of its requests into its logs (``-vvv``) and into its errors (``--json``), and
    people post both.
    """

    __slots__ = ()

    def __str__(self) -> str:
        return redact(super().__str__())

    def __repr__(self) -> str:
        return repr(str(self))

    def __format__(self, specification: str) -> str:
        return format(str(self), specification)


def format_suffix(tokens: Iterable[Token] = ()) -> str:
    """Return ``aau/VERSION`` and those of `tokens` that follow the grammar, in its order.

    Without tokens, this is what is sent while sharing is off. It leaves out wrong values, prefixes that the
    client does not send, repeats, and tokens that would make the suffix longer than 512 bytes.
    """
    parts = ["aau/" + __version__]
    size_bytes = len(parts[0])
    for token in sorted(_valid(tokens), key=lambda token: ORDER.index(token.prefix)):
        part = token.prefix + "/" + token.value
        size_bytes += 1 + len(part)
        if size_bytes > SUFFIX_SIZE_MAX_BYTES:
            break
        parts.append(part)
    return " ".join(parts)


def redact(user_agent: str) -> str:
    """Return `user_agent` with every value after ``aau/VERSION`` replaced by ``.``, for display."""
    own, mark, rest = user_agent.rpartition(" aau/")
    if not mark:
        return user_agent
    version, *values = rest.split(" ")
    return " ".join([own + mark + version, *(value[:2] + "." for value in values)])


def _valid(tokens: Iterable[Token]) -> list[Token]:
    kept: dict[str, Token] = {}
    for token in tokens:
        single = token.prefix in SINGLE
        fits = is_random_value if single else is_value
        if len(token.prefix) == 1 and token.prefix in ORDER and fits(token.value):
            kept.setdefault(token.prefix if single else token.prefix + token.value, token)
    return list(kept.values())
