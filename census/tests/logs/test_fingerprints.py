"""Does a fingerprint name the content of a log, and nothing else?"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conda_census.logs.fingerprints import Fingerprint, fingerprint_of_file, head_of

KEY = b"k" * 32


def _fingerprint(*pieces: bytes, key: bytes = KEY) -> str:
    fingerprint = Fingerprint(key)
    for piece in pieces:
        fingerprint.feed(piece)
    return fingerprint.hexdigest()


@given(st.lists(st.binary(max_size=30).map(lambda piece: piece * 5000), max_size=5))
def test_it_does_not_depend_on_how_the_bytes_arrive(pieces: list[bytes]) -> None:
    """Fed in pieces or at once, the fingerprint is the same."""
    assert _fingerprint(*pieces) == _fingerprint(b"".join(pieces))


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 131_071, 131_072, 500_000])
def test_a_file_has_the_fingerprint_of_its_bytes(size: int, tmp_path: Path) -> None:
    """Reading its two ends is enough, whatever its size."""
    data = bytes(index * 7 % 251 for index in range(size))
    (tmp_path / "log").write_bytes(data)
    assert fingerprint_of_file(tmp_path / "log", KEY) == _fingerprint(data)


def test_size_beginning_end_and_key_make_it() -> None:
    """Each of them changed gives another fingerprint."""
    data = b"a" * 200_000
    variants = [data, data + b"a", b"b" + data[1:], data[:-1] + b"b"]
    digests = {_fingerprint(variant) for variant in variants} | {_fingerprint(data, key=b"x" * 32)}
    assert len(digests) == 5


def test_the_head_is_the_first_line_that_is_no_comment() -> None:
    """It stays the same while lines are added, and CloudFront's first two lines do not make all logs one."""
    assert head_of([b"#Version: 1.0", b"a"], KEY) == head_of([b"a", b"b"], KEY)
    assert head_of([b"a"], KEY) != head_of([b"b"], KEY)
    assert head_of([b"a"], KEY) != head_of([b"a"], b"x" * 32)


def test_it_tells_whether_the_last_line_goes_on() -> None:
    """A log may end before its last line does."""
    fingerprint = Fingerprint(KEY)
    assert not fingerprint.is_inside_line
    fingerprint.feed(b"one\ntw")
    assert fingerprint.is_inside_line
    fingerprint.feed(b"o\n")
    assert not fingerprint.is_inside_line
