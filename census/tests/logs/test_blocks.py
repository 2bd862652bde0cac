"""Does every line of a stream come out once, with its number, however the stream is cut?"""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conda_census.logs import blocks
from conda_census.logs.blocks import MAX_LINE_BYTES, blocks_of_lines
from conda_census.logs.fingerprints import Fingerprint

KEY = b"k" * 32


def _read(pieces: Iterable[bytes], *, is_whole: bool = True) -> tuple[list[tuple[int, str]], Fingerprint]:
    fingerprint = Fingerprint(KEY)
    found = list(blocks_of_lines(pieces, fingerprint, lambda _rest: is_whole))
    assert all(block.endswith(b"\n") for block in found)
    lines = b"".join(found).decode().split("\n")[:-1]
    return list(enumerate(lines, start=1)), fingerprint


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of eight bytes, so that a few lines need many."""
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 8)


@given(st.lists(st.binary(max_size=20)), st.sampled_from([1, 8, 1 << 20]))
def test_lines_and_their_numbers_do_not_depend_on_the_cuts(pieces: list[bytes], block_bytes: int) -> None:
    """The lines are those of the whole stream split at its line ends, numbered from 1."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK_BYTES", block_bytes)
        numbered, fingerprint = _read(pieces)
    whole = b"".join(pieces)
    lines = whole.split(b"\n")
    expected = lines[:-1] + ([lines[-1]] if lines[-1] else [])
    assert [number for number, _line in numbered] == list(range(1, len(expected) + 1))
    assert [line for _number, line in numbered] == [line.decode("utf-8", "replace") for line in expected]
    assert fingerprint.size == len(whole)


@pytest.mark.usefixtures("small_blocks")
def test_a_last_line_that_is_still_being_written_is_left() -> None:
    """Without its end, and not whole, it is neither counted nor part of the fingerprint."""
    numbered, fingerprint = _read([b"one\ntwo\nthr"], is_whole=False)
    assert numbered == [(1, "one"), (2, "two")]
    assert fingerprint.size == len(b"one\ntwo\n")


@pytest.mark.usefixtures("small_blocks")
def test_a_line_that_never_ends_is_cut_and_counted_once() -> None:
    """One that is longer than many blocks takes no more memory than the longest line that is allowed."""
    long = b"x" * (3 * MAX_LINE_BYTES)
    numbered, fingerprint = _read([b"one\n", *[long] * 10, b"yy\nthree\n"])
    assert [number for number, _line in numbered] == [1, 2, 3]
    assert len(numbered[1][1]) == MAX_LINE_BYTES + 1
    assert numbered[2] == (3, "three")
    assert fingerprint.size == len(b"one\n") + 30 * MAX_LINE_BYTES + len(b"yy\nthree\n")


def test_bytes_that_are_no_text_are_replaced() -> None:
    """A line in another encoding is still a line."""
    assert _read([b"caf\xe9\n"])[0] == [(1, "caf\N{REPLACEMENT CHARACTER}")]
