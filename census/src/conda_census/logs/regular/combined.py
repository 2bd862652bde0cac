"""What do the regular lines of the ``combined`` format say?

A line is regular that has six quotes, no backslash, a GET, HEAD or POST of a path over HTTP, a status of
three digits, a number of bytes, and a time that exists. Every other line is left to the format's SQL.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from conda_census.logs.regular.fields import as_decimals, as_dictionary, bytes_at, word, words
from conda_census.logs.regular.requests import Parsed, Requests
from conda_census.logs.regular.split import Split, split, text_of_lines
from conda_census.logs.regular.times import MICROSECONDS, each_once, microseconds, pairs_of_digits

__all__ = ["parse_combined"]

Truths = npt.NDArray[np.bool_]

_QUOTES = 6
#: ``[10/Oct/2000:13:55:36 -0700] `` before the first quote; what is behind it is the method.
_TIME_BYTES = 29
_BEGIN_BYTES = 40
_METHOD = _TIME_BYTES + 1
#: `` HTTP/1.1" 200 `` around the second quote.
_PROTOCOL_BYTES = 9
_END_BYTES = 16
_HTTP_1 = word(b" HTTP/1.")
_HTTP_2 = word(b" HTTP/2.")
#: The longest is an IPv6 address with the blank behind it.
_ADDRESS_BYTES = 46
#: A size has 12 digits at most: more were not written by a server.
_SIZE_DIGITS = 12
_MONTHS = np.array(
    [
        int.from_bytes(name.encode())
        for name in ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    ]
)


def parse_combined(block: bytes) -> Parsed:
    """Take the regular lines of a block apart."""
    lines = split(block, '"', _QUOTES)
    keep = np.flatnonzero(_has_room(lines))
    found = _Fields(lines.data, lines.begins[keep], lines.separators[:, keep])
    regular = np.flatnonzero(found.is_regular())
    requests = found.requests(regular, lines.regular[keep][regular])
    is_rest = np.ones(len(lines.line_ends), dtype=bool)
    is_rest[requests.line] = False
    rest = np.flatnonzero(is_rest)
    return Parsed(len(lines.line_ends), requests, rest, text_of_lines(lines, rest))


def _has_room(lines: Split) -> Truths:
    """Whether a time fits before the first quote, and all windows of bytes stay within the block."""
    first, second = lines.separators[:2]
    last = max(len(lines.data) - _ADDRESS_BYTES, 0)
    is_within = (first < last) & (second < last) & (lines.begins <= last)
    has_room: Truths = (first - _TIME_BYTES > lines.begins) & is_within
    return has_room


class _Fields:
    """The fields of lines that may be regular."""

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
        """Which of the lines are regular."""
        found: Truths = self.has_time & self.has_address & self.has_path & self.has_numbers
        return found

    def requests(self, chosen: np.ndarray, lines: np.ndarray) -> Requests:
        """The requests of the chosen lines, whose indices in the block are ``lines``."""
        quotes = self.quotes[:, chosen]
        return Requests(
            line=lines,
            time=self.time[chosen],
            is_get=self.is_get[chosen],
            path=as_dictionary(self.data, self.path_begins[chosen], quotes[1] - _PROTOCOL_BYTES),
            status=self.status[chosen],
            size_bytes=self.size_bytes[chosen],
            user_agent=as_dictionary(self.data, quotes[4] + 1, quotes[5]),
            address=as_dictionary(self.data, self.begins[chosen], self.address_ends[chosen]),
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
        exists &= (is_minus | (distinct[:, 22] == ord("+"))) & (time >= 0)
        return np.repeat(time, repeats), np.repeat(exists, repeats)

    def _address_ends(self) -> tuple[np.ndarray, np.ndarray]:
        is_blank = bytes_at(self.data, self.begins, _ADDRESS_BYTES) == ord(" ")
        lengths = is_blank.argmax(axis=1)
        # A blank is before the time at least: what is longer than the window has none in it.
        has_address = is_blank[np.arange(len(lengths)), lengths] if len(lengths) else np.empty(0, dtype=bool)
        return self.begins + lengths, has_address

    def _paths(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        methods = self.around_first[:, _METHOD : _METHOD + 5]
        is_get = (methods[:, :4] == np.frombuffer(b"GET ", dtype=np.uint8)).all(axis=1)
        path_begins = self.quotes[0] + np.where(is_get, 5, 6)
        has_method = is_get
        if not is_get.all():
            has_method = is_get.copy()
            for method in (b"HEAD ", b"POST "):
                has_method |= (methods == np.frombuffer(method, dtype=np.uint8)).all(axis=1)
        protocol = words(self.around_second)[:, 0]
        minor = self.around_second[:, _PROTOCOL_BYTES - 1]
        is_http = ((protocol == _HTTP_1) | (protocol == _HTTP_2)) & (minor >= ord("0")) & (minor <= ord("9"))
        return path_begins, is_get, has_method & is_http & (self.quotes[1] - _PROTOCOL_BYTES > path_begins)

    def _numbers(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        begin, end = self.quotes[1] + 6, self.quotes[2] - 1
        written = self.around_second[:, 10:15]
        digits = written[:, 1:4].astype(np.int16) - ord("0")
        status = digits[:, 0] * 100 + digits[:, 1] * 10 + digits[:, 2]
        has_numbers = (written[:, 0] == ord(" ")) & (written[:, 4] == ord(" ")) & (self.data[end] == ord(" "))
        has_numbers &= ((digits >= 0) & (digits <= 9)).all(axis=1)
        size_bytes, is_size = as_decimals(self.data, begin, end, _SIZE_DIGITS)
        is_none = (end - begin == 1) & (self.data[begin] == ord("-"))
        return status, np.where(is_none, 0, size_bytes), has_numbers & (is_size | is_none)
