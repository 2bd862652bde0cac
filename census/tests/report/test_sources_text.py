from __future__ import annotations

import io

import pytest
from rich.console import Console

from census_support.lakes.small_lake import SmallLake
from conda_census.reports.listings.source_list import Sources, list_what_was_read
from conda_census.reports.listings.source_text import plain_lines, show_sources

LONG_NAME = "/var/log/nginx/" + "conda.example.org/" * 6 + "access.log"


@pytest.fixture
def listed(lake: SmallLake) -> Sources:
    """A log of millions of lines with a long name, and one whose name would colour a terminal."""
    numbers = {"lines": 123_456_789, "requests": 123_456_700, "dropped": {"not_in_format": 89}}
    first_lines = {"not_in_format": list(range(1_000_001, 1_000_021))}
    lake.source(
        "2024-01-01",
        source=LONG_NAME,
        format="cloudfront-realtime",
        dropped_lines=first_lines,
        first_line=1,
        **numbers,
    )
    lake.session("2024-01-01", "s1", requests=123_456_700)
    lake.source("2024-01-03", source="a\x1b[31m\tred.log", format="combined", first_line=7)
    return list_what_was_read(lake.open())


def _shown(listed: Sources, width: int) -> str:
    stream = io.StringIO()
    show_sources(listed, Console(file=stream, width=width))
    return stream.getvalue()


@pytest.mark.parametrize("width", [80, 132])
def test_no_line_is_wider_than_the_terminal(listed: Sources, width: int) -> None:
    """And neither a number nor a time is cut or broken for it."""
    text = _shown(listed, width)

    assert max(map(len, text.splitlines())) <= width
    for words in ("123,456,789", "2024-01-01 23:59", "from line 7 on", "89 not_in_format", "no log"):
        assert words in text


def test_a_name_is_text_and_nothing_else(listed: Sources) -> None:
    """What a terminal obeys, and a tab that would part fields, is not sent."""
    lines = list(plain_lines(listed))

    assert "\x1b" not in _shown(listed, 80)
    assert lines[2].split("\t")[:2] == ["a?[31m?red.log", "combined"]
    assert {line.count("\t") for line in lines[:3]} == {7}
    assert {line.count("\t") for line in lines[4:]} == {5}


def test_nothing_was_read(lake: SmallLake) -> None:
    """It says so."""
    assert "nothing has been ingested yet" in _shown(list_what_was_read(lake.open()), 80)


def test_nothing_that_was_read_is_a_request(lake: SmallLake) -> None:
    """It says how many lines were read."""
    lake.source_in_vain("2024-01-10", 1)
    assert "1 line was read, and it is not a request" in _shown(list_what_was_read(lake.open()), 80)
