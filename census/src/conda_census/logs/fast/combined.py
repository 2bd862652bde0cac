"""Fast parser for regular lines of the ``combined`` format

A line is regular if it has six quotes, no backslash, a GET, HEAD or POST of a path over HTTP, a status of
three digits other than 000, a number of bytes, an address, and a possible time. Every other line is left to
the format's SQL.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from conda_census.logs.fast.field_values import (
    as_decimals,
    as_dictionary,
    bytes_at,
    chosen,
    decimals_of,
    until,
    word,
    words,
)
from conda_census.logs.fast.line_splitting import Split, split, text_of_lines
from conda_census.logs.fast.request_columns import Parsed, Requests, of_plain_addresses
from conda_census.logs.fast.timestamps import MICROSECONDS, each_once, microseconds, pairs_of_digits
from conda_census.logs.possible_times import are_possible_times

__all__ = ["parse_combined"]

Truths = npt.NDArray[np.bool_]

_QUOTES = 6
#: ``[10/Oct/2000:13:55:36 -0700] `` before the first quote, followed by the method.
_TIME_BYTES = 29
_BEGIN_BYTES = 40
_METHOD = _TIME_BYTES + 1
#: `` HTTP/1.1" 200 `` around the second quote.
_PROTOCOL_BYTES = 9
_END_BYTES = 16
_FOUR_LETTERS = word(b"\xff" * 4)
_FIVE_LETTERS = word(b"\xff" * 5)
_GET, _HEAD, _POST = word(b"GET "), word(b"HEAD "), word(b"POST ")
_HTTP_1 = word(b" HTTP/1.")
_HTTP_2 = word(b" HTTP/2.")
#: The longest IPv4 address, and the longest of all addresses, an IPv6 address, each with the blank after it.
_IPV4_BYTES = 16
_ADDRESS_BYTES = 46
#: The bytes before and after a status, and their values.
_AROUND_STATUS = word(b"\0\0\xff\0\0\0\xff\0")
_BLANKS = word(b"\0\0 \0\0\0 \0")
#: A size has at most 12 digits: no server writes a longer number.
_SIZE_DIGITS = 12
_MONTHS = np.array(
    [
        int.from_bytes(name.encode())
        for name in ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    ]
)


def parse_combined(block: bytes) -> Parsed:
    """Parse the regular lines of a block."""
    lines = split(block, '"', _QUOTES)
    kept = chosen(_has_room(lines))
    found = _Fields(lines.data, lines.begins[kept], lines.separators[:, kept])
    regular = chosen(found.is_regular())
    requests = of_plain_addresses(found.requests(regular, lines.regular[kept][regular]))
    is_rest = np.ones(len(lines.line_ends), dtype=bool)
    is_rest[requests.line] = False
    rest = np.flatnonzero(is_rest)
    return Parsed(len(lines.line_ends), requests, rest, text_of_lines(lines, rest), lines.line_ends)


def _has_room(lines: Split) -> Truths:
    """Return whether a time fits before the first quote, and all windows of bytes stay within the block."""
    first, second = lines.separators[:2]
    last = max(len(lines.data) - _ADDRESS_BYTES, 0)
    is_within = (first < last) & (second < last) & (lines.begins <= last)
    has_room: Truths = (first - _TIME_BYTES > lines.begins) & is_within
    return has_room


class _Fields:
    """Fields of lines that may be regular."""

    def __init__(self, data: np.ndarray, begins: np.ndarray, quotes: np.ndarray) -> None:
        self.data = data
        self.begins = begins
        self.quotes = quotes
        self.around_first = bytes_at(data, quotes[0] - _TIME_BYTES, _BEGIN_BYTES)
        self.around_second = bytes_at(data, quotes[1] - _PROTOCOL_BYTES, _END_BYTES)
        self.time, self.has_time = self._times()
        self.address_ends, self.has_address = self._address_ends()
        self.path_begins, self.is_get, self.has_path = self._paths()
        self.status, self.size_bytes, self.has_numbers = self._numbers()

    def is_regular(self) -> Truths:
        """Return which of the lines are regular."""
        found: Truths = self.has_time & self.has_address & self.has_path & self.has_numbers
        return found

    def requests(self, regular: np.ndarray | slice, lines: np.ndarray) -> Requests:
        """Return the requests of the regular lines, whose indices in the block are ``lines``."""
        quotes = self.quotes[:, regular]
        return Requests(
            line=lines,
            time=self.time[regular],
            is_get=self.is_get[regular],
            path=as_dictionary(self.data, self.path_begins[regular], quotes[1] - _PROTOCOL_BYTES),
            status=self.status[regular],
            size_bytes=self.size_bytes[regular],
            user_agent=as_dictionary(self.data, quotes[4] + 1, quotes[5]),
            address=as_dictionary(self.data, self.begins[regular], self.address_ends[regular]),
        )

    def _times(self) -> tuple[np.ndarray, np.ndarray]:
        distinct, repeats = each_once(self.around_first, _TIME_BYTES + 3)
        numbers, are_numbers = pairs_of_digits(distinct, 1, 8, 10, 13, 16, 19, 23, 25)
        day, century, year, hour, minute, second, zone_hour, zone_minute = numbers
        letters = distinct[:, 4:7].astype(np.int64)
        names = (letters[:, 0] << 16) | (letters[:, 1] << 8) | letters[:, 2]
        is_month = names[:, None] == _MONTHS
        time, exists = microseconds(
            (century * 100 + year, is_month.argmax(axis=1) + 1, day), (hour, minute, second)
        )
        is_minus = distinct[:, 22] == ord("-")
        zone_s = (zone_hour * 60 + zone_minute) * 60
        time -= np.where(is_minus, -zone_s, zone_s) * MICROSECONDS
        marks = distinct[:, [0, 3, 7, 12, 15, 18, 21, 27, 28]] == np.frombuffer(b"[//::: ] ", dtype=np.uint8)
        exists &= are_numbers & is_month.any(axis=1)
        exists &= (zone_hour < 15) & (zone_minute < 60) & marks.all(axis=1)
        exists &= (is_minus | (distinct[:, 22] == ord("+"))) & are_possible_times(time)
        return np.repeat(time, repeats), np.repeat(exists, repeats)

    def _address_ends(self) -> tuple[np.ndarray, np.ndarray]:
        lengths, has_address = until(" ", bytes_at(self.data, self.begins, _IPV4_BYTES))
        longer = np.flatnonzero(~has_address)
        if len(longer):
            # At least the time has a blank before it: an address longer than the window has none in it.
            is_blank = bytes_at(self.data, self.begins[longer], _ADDRESS_BYTES) == ord(" ")
            lengths[longer] = is_blank.argmax(axis=1)
            has_address[longer] = is_blank.any(axis=1)
        ends = self.begins + lengths
        # The identity is "-" here; the SQL handles lines with a real one.
        return ends, has_address & (self.data[ends + 1] == ord("-")) & (self.data[ends + 2] == ord(" "))

    def _paths(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        methods = self.around_first[:, _METHOD : _METHOD + 8].copy().view("<u8")[:, 0]
        is_get = methods & _FOUR_LETTERS == _GET
        path_begins = self.quotes[0] + np.where(is_get, 5, 6)
        has_method = is_get
        if not is_get.all():
            methods &= _FIVE_LETTERS
            has_method = is_get | (methods == _HEAD) | (methods == _POST)
        protocol = words(self.around_second)[:, 0]
        minor = self.around_second[:, _PROTOCOL_BYTES - 1]
        is_http = ((protocol == _HTTP_1) | (protocol == _HTTP_2)) & (minor >= ord("0")) & (minor <= ord("9"))
        return path_begins, is_get, has_method & is_http & (self.quotes[1] - _PROTOCOL_BYTES > path_begins)

    def _numbers(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        begin, end = self.quotes[1] + 6, self.quotes[2] - 1
        written = words(self.around_second)[:, 1]
        # Shifted so that its digits are the last bytes of the word.
        status, has_numbers = decimals_of(written << np.uint64(16), 3)
        has_numbers &= (status > 0) & (written & _AROUND_STATUS == _BLANKS) & (self.data[end] == ord(" "))
        size_bytes, is_size = as_decimals(self.data, begin, end, _SIZE_DIGITS)
        is_none = (end - begin == 1) & (self.data[begin] == ord("-"))
        return status.astype(np.int16), np.where(is_none, 0, size_bytes), has_numbers & (is_size | is_none)
