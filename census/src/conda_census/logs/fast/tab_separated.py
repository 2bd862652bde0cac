"""Fast parser for regular lines of tab-separated logs, such as CloudFront's

A line is regular if it has as many fields as the log's header names, a date and a time that exist, a GET,
HEAD or POST of a path, a status of three digits, a number of bytes, an address, a request id, and a user
agent in which only blanks are percent-encoded. Every other line is left to the format's SQL.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from conda_census.logs.fast.field_values import as_decimals, as_dictionary, as_strings, bytes_at, chosen
from conda_census.logs.fast.line_splitting import Split, split, text_of_lines
from conda_census.logs.fast.request_columns import (
    Parsed,
    ParseRegular,
    Requests,
    of_plain_addresses,
    parse_nothing,
)
from conda_census.logs.fast.timestamps import each_once, microseconds, pairs_of_digits
from conda_census.logs.possible_times import are_possible_times

__all__ = ["Positions", "parse_tabular"]

Truths = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]

#: ``2024-01-16``, a tab, ``23:53:20`` and a tab.
_TIME_BYTES = 20
_MARKS = np.frombuffer(b"--\t::\t", dtype=np.uint8)
_ROOM_BYTES = 24
_SIZE_DIGITS = 12
#: Number of bytes before its end that are inspected to read a number.
_NUMBER_BYTES = 16
_WANTED = ("date", "clock", "method", "path", "status", "bytes", "user_agent", "address", "request_id")


@dataclass(frozen=True)
class Positions:
    """Position of each value in a line, from 0, and the number of fields in a line.

    The time follows the date.
    """

    fields: int
    date: int
    method: int
    path: int
    status: int
    size_bytes: int
    user_agent: int
    address: int
    request_id: int

    @property
    def separators(self) -> list[int]:
        """Return the separators around the values, by their number from 0."""
        ends = {
            self.date, self.date + 1, self.method, self.path, self.status, self.size_bytes, self.user_agent,
            self.address, self.request_id,
        }  # fmt: skip
        around = ends | {end - 1 for end in ends}
        return sorted(number for number in around if 0 <= number < self.fields - 1)

    def place(self, separator: int) -> int:
        """Return the index of a separator in ``separators``."""
        return self.separators.index(separator)

    @classmethod
    def of(cls, fields: int, positions: Mapping[str, int]) -> Positions | None:
        """Return the positions, or None if one is not known or the time does not follow the date."""
        if any(name not in positions for name in _WANTED) or positions["clock"] != positions["date"] + 1:
            return None
        return cls(fields, *(positions[name] for name in _WANTED if name != "clock"))


def parse_tabular(positions: Positions | None) -> ParseRegular:
    """Return the parser for the regular lines of a log with these fields."""
    if positions is None:
        return parse_nothing
    return lambda block: _parse(block, positions)


def _parse(block: bytes, positions: Positions) -> Parsed:
    # In other blocks a line ends with only a line feed. The SQL knows what a carriage return belongs to.
    if b"\r" in block:
        return parse_nothing(block)
    lines = split(block, "\t", positions.fields - 1, wanted=positions.separators, has_escapes=False)
    has_room = _Fields(lines, positions, slice(None)).have_room()
    fields = _Fields(lines, positions, chosen(has_room))
    requests = fields.requests()
    is_rest = np.ones(len(lines.line_ends), dtype=bool)
    is_rest[requests.line] = False
    rest = np.flatnonzero(is_rest)
    return Parsed(len(lines.line_ends), requests, rest, text_of_lines(lines, rest), lines.line_ends)


class _Fields:
    """Fields of lines that may be regular."""

    def __init__(self, lines: Split, positions: Positions, kept: Numbers | slice) -> None:
        self.data = lines.data
        self.positions = positions
        self.lines = lines.regular[kept]
        self.begins = lines.begins[kept]
        self.ends = lines.ends[kept]
        self.tabs = lines.separators[:, kept]

    def have_room(self) -> Truths:
        """Return whether all windows of bytes stay within the block."""
        size = len(self.data)
        have_room: Truths = (self.begins + _ROOM_BYTES < size) & (
            self._begin(self.positions.date) + _ROOM_BYTES < size
        )
        # A number is read backwards from its end. Too few bytes can only occur at the beginning of a block.
        for position in (self.positions.status, self.positions.size_bytes):
            have_room &= self._end(position) >= _NUMBER_BYTES
        return have_room

    def requests(self) -> Requests:
        """Return the requests of the lines that are regular."""
        time, is_regular = self._times()
        is_get, has_method = self._methods()
        status, is_status = self._number(self.positions.status, 3)
        size_bytes, is_size = self._sizes()
        is_regular &= has_method & is_status & (status > 0) & is_size
        is_regular &= ~self._is_missing(self.positions.path) & ~self._is_missing(self.positions.request_id)
        for position in (self.positions.address, self.positions.user_agent):
            is_regular &= self._length(position) > 0
        kept = np.flatnonzero(is_regular)
        user_agents, is_plain = _decoded(self._texts(self.positions.user_agent, kept))
        kept = kept[is_plain]
        requests = Requests(
            line=self.lines[kept],
            time=time[kept],
            is_get=is_get[kept],
            path=self._texts(self.positions.path, kept),
            status=status[kept].astype(np.int16),
            size_bytes=size_bytes[kept],
            user_agent=user_agents,
            address=self._texts(self.positions.address, kept),
            request_id=as_strings(self.data, *self._places(self.positions.request_id, kept)),
        )
        return of_plain_addresses(requests, absent="-")

    def _begin(self, position: int) -> Numbers:
        return self.begins if position == 0 else self.tabs[self.positions.place(position - 1)] + 1

    def _end(self, position: int) -> Numbers:
        is_last = position == self.positions.fields - 1
        return self.ends if is_last else self.tabs[self.positions.place(position)]

    def _length(self, position: int) -> Numbers:
        return self._end(position) - self._begin(position)

    def _places(self, position: int, kept: Numbers) -> tuple[Numbers, Numbers]:
        return self._begin(position)[kept], self._end(position)[kept]

    def _texts(self, position: int, kept: Numbers) -> pa.DictionaryArray:
        return as_dictionary(self.data, *self._places(position, kept))

    def _is_missing(self, position: int) -> Truths:
        """Return whether a field is empty or ``-``."""
        length = self._length(position)
        is_missing: Truths = (length == 0) | ((length == 1) & (self.data[self._begin(position)] == ord("-")))
        return is_missing

    def _times(self) -> tuple[Numbers, Truths]:
        written = bytes_at(self.data, self._begin(self.positions.date), _TIME_BYTES)
        distinct, repeats = each_once(written, _TIME_BYTES)
        numbers, are_numbers = pairs_of_digits(distinct, 0, 2, 5, 8, 11, 14, 17)
        century, year, month, day, hour, minute, second = numbers
        time, exists = microseconds((century * 100 + year, month, day), (hour, minute, second))
        exists &= are_numbers & are_possible_times(time)
        marks = distinct[:, [4, 7, 10, 13, 16, 19]] == _MARKS
        exists &= np.all(marks[:, :5], axis=1) & (marks[:, 5] | (distinct[:, 19] == ord("\n")))
        return np.repeat(time, repeats), np.repeat(exists, repeats)

    def _methods(self) -> tuple[Truths, Truths]:
        begin, length = self._begin(self.positions.method), self._length(self.positions.method)
        letters = bytes_at(self.data, np.minimum(begin, len(self.data) - 4), 4)

        def is_method(name: bytes) -> Truths:
            found: Truths = (length == len(name)) & np.all(
                letters[:, : len(name)] == np.frombuffer(name, dtype=np.uint8), axis=1
            )
            return found

        is_get = is_method(b"GET")
        return is_get, is_get | is_method(b"HEAD") | is_method(b"POST")

    def _number(self, position: int, digits: int) -> tuple[Numbers, Truths]:
        number, is_number = as_decimals(self.data, self._begin(position), self._end(position), digits)
        return number, is_number & ((self._length(position) == digits) | (digits == _SIZE_DIGITS))

    def _sizes(self) -> tuple[Numbers, Truths]:
        number, is_number = self._number(self.positions.size_bytes, _SIZE_DIGITS)
        is_missing = self._is_missing(self.positions.size_bytes)
        return np.where(is_missing, 0, number), is_number | is_missing


def _decoded(user_agents: pa.DictionaryArray) -> tuple[pa.DictionaryArray, Truths]:
    """Return user agents with blanks for ``%20``, and which of all agents have no other percent sign."""
    texts = pc.replace_substring(user_agents.dictionary, "%20", " ")
    was_plain = pc.match_substring(user_agents.dictionary, " ")
    is_odd = pc.or_(
        pc.match_substring(texts, "%"),
        pc.and_(was_plain, pc.match_substring(user_agents.dictionary, "%")),
    )
    is_plain: Truths = ~np.asarray(is_odd.to_numpy(zero_copy_only=False), dtype=bool)[
        user_agents.indices.to_numpy()
    ]
    kept = user_agents.indices.filter(pa.array(is_plain))
    # A user agent sent with blanks and the same one sent with %20 are one text.
    distinct = texts.dictionary_encode()
    return pa.DictionaryArray.from_arrays(distinct.indices.take(kept), distinct.dictionary), is_plain
