"""Lines that clients can make long, tried against every pattern that looks at a log before it is read.

A client chooses its user agent, its path and what stands in ``X-Forwarded-For``. A pattern that can match a
part in two ways takes twice as long for each part more.
"""

from __future__ import annotations

import random
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import pytest

from census_support.inputs.seed_of_day import seed_of_day
from conda_census.logs.formats import BUILT_IN
from conda_census.logs.parsing.log_format import LogFormat
from conda_census.logs.prefixes import PREFIXES

_LINE_BYTES = 16_000
_SECONDS = 2.0
_REPEATED = [
    *("192.0.2.7, ", "192.0.2.7,", "192.0.2.7 ", "192.0.2.7:5,", "2001:db8::1,", "64:ff9b::192.0.2.7,"),
    *(
        "::ffff:192.0.2.7, ",
        "unknown,",
        "-, ",
        "-",
        "a",
        "a.",
        "a-",
        "a ",
        "1",
        "1.",
        "1:",
        ":",
        ".",
        ",",
        ", ",
    ),
    *(
        " ",
        "\t",
        "=",
        'a="x" ',
        '"',
        '\\"',
        '" ',
        ' "',
        '" "',
        "\\",
        "[",
        "]",
        "[]",
        " [",
        "] ",
        "{",
        '{"a":',
        "}",
    ),
    *(
        "(",
        "()",
        "%",
        "%20",
        "/",
        "\0",
        "\r",
        "+",
        "<1>",
        "Jan  1 00:00:00 ",
        "[16/Jan/2024:23:53:20 +0000] ",
    ),
    *(' "GET / HTTP/1.1" 200 ', "conda/24.1 "),
]


@contextmanager
def _within(seconds: float) -> Iterator[None]:
    def stop(_number: int, _frame: FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _looked_at(log_format: LogFormat, line: bytes) -> None:
    log_format.count([line])
    for mark in log_format.marks:
        mark.pattern.search(line)
    log_format.header_fault([line] * 3)
    log_format.doubt([line] * 3)
    log_format.columns([line] * 3)


@pytest.mark.parametrize("name", BUILT_IN)
def test_no_part_of_a_line_can_be_made_so_long_that_a_log_is_not_read(name: str) -> None:
    """Anything, repeated at any place of a line: each pattern says within a moment whether it fits."""
    log_format, chosen = BUILT_IN[name], random.Random(seed_of_day())  # noqa: S311
    example = log_format.example.encode()
    places = [0, *(match.end() for match in re.finditer(rb'[ ",\t\[{]', example))]
    for text in _REPEATED:
        for place in chosen.sample(places, min(3, len(places))):
            many = text.encode() * (_LINE_BYTES // len(text))
            for line in (example[:place] + many + example[place:], example[:place] + many):
                with _within(_SECONDS):
                    _looked_at(log_format, line)


def test_no_prefix_can_be_made_so_long() -> None:
    """The same for what carries a log."""
    for text in _REPEATED:
        line = text.encode() * (_LINE_BYTES // len(text)) + BUILT_IN["combined"].example.encode()
        for prefix in PREFIXES:
            with _within(_SECONDS):
                prefix.cut_off(line)
