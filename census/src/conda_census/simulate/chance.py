"""Reproducible random numbers and tokens by seed and counter, without storage."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

__all__ = ["generator", "pseudonyms", "session_numbers", "tokens", "uniform"]

#: Things that have a token, or an id that looks like one.
Kind = Literal["client", "session", "environment", "request"]
#: Things that have a pseudonym; a folded session has no token.
Named = Literal["client", "session", "environment", "network", "folded"]
Words = npt.NDArray[np.uint64]

_ALPHABET = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", dtype=np.uint8)
_CHARACTERS = 22
_BITS = 6
_STREAMS: dict[Kind | Named, int] = {
    "client": 1,
    "session": 2,
    "environment": 3,
    "network": 4,
    "folded": 5,
    "request": 6,
}
_SESSIONS_A_DAY_MAX = 1 << 32
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def generator(seed: int, *purpose: int) -> np.random.Generator:
    """Return a random generator with a separate stream for each purpose."""
    return np.random.default_rng([seed, *purpose])


def uniform(seed: int, purpose: int, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Return a number between 0 and 1 for each of ``numbers``, the same at every call."""
    return (_mixed(seed, purpose, numbers) >> np.uint64(11)) / float(1 << 53)


def session_numbers(day: int, sessions: int) -> npt.NDArray[np.int64]:
    """Return a number for each session of a day that no session of another day has."""
    return day * _SESSIONS_A_DAY_MAX + np.arange(sessions)


def tokens(seed: int, kind: Kind, numbers: npt.NDArray[np.int64]) -> pa.LargeStringArray:
    """Return the token of each number: 22 letters of base64url, the last of 2 bits, as in a real one."""
    words = [_mixed(seed, 1000 * _STREAMS[kind] + half, numbers) for half in (0, 1)]
    letters = np.empty((len(numbers), _CHARACTERS), dtype=np.uint8)
    for place in range(_CHARACTERS):
        word = words[place // 11]
        letters[:, place] = (word >> np.uint64(_BITS * (place % 11))) & np.uint64(63)
    letters[:, -1] = (words[1] >> np.uint64(62)) << np.uint64(4)
    offsets = np.arange(0, _CHARACTERS * (len(numbers) + 1), _CHARACTERS, dtype=np.int64)
    buffers = (pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(_ALPHABET[letters])))
    return pa.LargeStringArray.from_buffers(len(numbers), *buffers)


def pseudonyms(seed: int, kind: Named, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
    """Return two words for each number, as random as the pseudonym of a token, in the order of its bytes."""
    return np.stack([_mixed(seed, 2000 * _STREAMS[kind] + half, numbers) for half in (0, 1)], axis=1)


def _mixed(seed: int, purpose: int, numbers: npt.NDArray[np.int64]) -> Words:
    """Return SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), with its own start for each seed and purpose."""
    start = np.random.SeedSequence([seed, purpose]).generate_state(1, np.uint64)[0]
    with np.errstate(over="ignore"):
        state: Words = numbers.astype(np.uint64) * _GOLDEN + start
        state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Words = state ^ (state >> np.uint64(31))
    return mixed
