"""Do the fast readers of regular lines say what their format's SQL says, and leave the other lines to it?"""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conda_census.logs.blocks import MAX_LINE_BYTES
from conda_census.logs.fast.field_values import as_decimals
from conda_census.logs.fast.request_columns import Parsed
from conda_census.logs.formats import BUILT_IN
from conda_census.logs.formats.cloudfront import STANDARD_HEADER

CONNECTION = duckdb.connect()
CONNECTION.execute("SET TimeZone = 'UTC'")

FIELDS = ("time", "is_get", "path", "status", "size_bytes", "user_agent", "address", "request_id")
COMBINED = [
    '192.0.2.7 - - [16/Jan/2024:23:53:20 +0000] "GET /p HTTP/1.1" 200 2326 "-" "conda/24.7.1"',
    '2001:db8::7 - jo [e] [29/Feb/2024:00:00:00 -0730] "HEAD /a b HTTP/2.0" 304 0 "-" "ua aau/1.0"',
    '192.0.2.7 - - [31/Dec/2023:23:59:59 +1430] "POST / HTTP/1.0" 404 - "-" ""',
    '192.0.2.7 - - [10/Oct/2000:13:55:36 +0000] "GET /100% HTTP/1.1" 206 999999999999 "-" "café"',
]
#: What a hostile line puts in the place of something else.
PIECES = [
    *' "\\[]-+:/0123456789%\tGET',
    '""', " - - ", "  ", "HTTP/1.1", "29/Feb/2023", "00:60:00", "24:00:00", "99999", "-5", "1e3", "é",
    "\\x22", "\\xff", "\x00", "\r", "PUT", "Foo", "0001", "9999",
]  # fmt: skip


def _by_sql(lines: list[str], columns: str) -> list[dict[str, Any]]:
    table = pa.table(
        {"line_number": pa.array(range(len(lines)), pa.int64()), "line": pa.array(lines, pa.large_string())}
    )
    CONNECTION.register("lines", table)
    found = CONNECTION.sql(f"""
        SELECT dropped, epoch_us(time) AS time, method = 'GET' AS is_get, path, status, bytes AS size_bytes,
               user_agent, address, request_id FROM ({columns}) ORDER BY line_number
    """).to_arrow_table()
    return found.to_pylist()


def _rows(parsed: Parsed) -> dict[int, dict[str, Any]]:
    """Each request by the index of its line."""
    columns = {name: _list(getattr(parsed.requests, name), len(parsed.requests)) for name in FIELDS}
    rows = ({name: columns[name][place] for name in FIELDS} for place in range(len(parsed.requests)))
    return dict(zip(parsed.requests.line.tolist(), rows, strict=True))


def _list(values: np.ndarray | pa.Array | None, count: int) -> list[Any]:
    if values is None:
        return [None] * count
    return values.to_pylist() if isinstance(values, pa.Array) else values.tolist()


def _check(format_name: str, header: list[str], lines: list[str]) -> int:
    """Compare both ways to read the lines; return how many of them the fast one took."""
    beginning = [line.encode() for line in header]
    block = "".join(line + "\n" for line in lines).encode()
    parsed = BUILT_IN[format_name].parse_regular(beginning)(block)
    expected = _by_sql([line + "\n" for line in lines], BUILT_IN[format_name].columns(beginning))
    found = _rows(parsed)
    for place, row in found.items():
        assert expected[place] == {"dropped": None, **row}, lines[place]
    assert parsed.lines == len(lines)
    rest = dict(zip(parsed.rest_lines.tolist(), parsed.rest.to_pylist(), strict=True))
    assert rest == {place: line + "\n" for place, line in enumerate(lines) if place not in found}
    return len(found)


def _hostile(lines: list[str], pieces: list[str] = PIECES) -> st.SearchStrategy[str]:
    """Lines of which some places are replaced, repeated or left out."""
    change = st.tuples(st.integers(0, 230), st.integers(0, 6), st.sampled_from(["", *pieces]))

    def changed(line: str, changes: list[tuple[int, int, str]]) -> str:
        for place, length, piece in changes:
            line = line[:place] + piece + line[place + length :]
        return line.replace("\n", "")

    return st.builds(changed, st.sampled_from(lines), st.lists(change, max_size=3))


#: SQL takes its time on a busy machine.
hostile = settings(deadline=None)
TEXTS = st.text(max_size=60).map(lambda text: text.replace("\n", ""))


@pytest.mark.takes_turns(5, among="the longest")
@hostile
@given(st.lists(st.one_of(_hostile(COMBINED), TEXTS), min_size=1))
def test_hostile_combined_lines_are_read_alike(lines: list[str]) -> None:
    """Whatever stands in a line, it is read as the SQL reads it or left to the SQL."""
    _check("combined", [], lines)


def test_usual_combined_lines_are_read_fast() -> None:
    """All of these but the last, around which there is no room, are regular."""
    assert _check("combined", [], [*COMBINED, "x" * 60]) == len(COMBINED)


@pytest.mark.parametrize(
    "line",
    [
        "x" * (MAX_LINE_BYTES + 10),
        COMBINED[0].replace("/p", "/" + "x" * MAX_LINE_BYTES),
        COMBINED[0].replace("/p", '/\\"'),
        COMBINED[0] + ' "more"',
        COMBINED[0].replace("GET", "PUT"),
        COMBINED[0].replace("16/Jan", "32/Jan"),
        COMBINED[0].replace("200 ", "2000 "),
        COMBINED[0].replace("2326", "2" * 13),
        "",
    ],
    ids=lambda line: line[:70],
)
def test_an_odd_line_is_left_and_its_neighbours_are_not(line: str) -> None:
    """One line does not change how the lines around it are read."""
    assert _check("combined", [], [COMBINED[0], line, COMBINED[1], "x" * 60]) == 2


def test_no_line_at_all() -> None:
    """A block of blank lines has no regular one."""
    assert _check("combined", [], ["", "", ""]) == 0


@given(st.lists(st.text("0123456789a- ", max_size=18), min_size=1))
def test_whole_numbers(texts: list[str]) -> None:
    """Up to sixteen digits and nothing else are a number, and it is the one that Python reads."""
    data = ("." * 16 + "".join(texts)).encode()
    ends = 16 + np.cumsum([len(text) for text in texts])
    begins = ends - [len(text) for text in texts]
    numbers, is_number = as_decimals(np.frombuffer(data, dtype=np.uint8), begins, ends, 16)
    expected = [text.isascii() and text.isdigit() and len(text) <= 16 for text in texts]
    assert is_number.tolist() == expected
    assert [n for n, is_one in zip(numbers.tolist(), expected, strict=True) if is_one] == [
        int(text) for text, is_one in zip(texts, expected, strict=True) if is_one
    ]


CLOUDFRONT_HEADER = ["#Version: 1.0", STANDARD_HEADER.decode()]
CLOUDFRONT = [
    BUILT_IN["cloudfront"].example,
    BUILT_IN["cloudfront"].example.replace("2326", "-", 1).replace("GET", "HEAD").replace("%20", " "),
    BUILT_IN["cloudfront"].example.replace("/pkgs/main/", "/a%2520b/%2B/").replace("200", "206", 1),
    BUILT_IN["cloudfront"].example.replace("2024-01-16\t23:53:20", "2024-02-29\t00:00:00"),
]
FIELD_PIECES = [
    "",
    "\t",
    "\t\t",
    "-",
    "%20",
    "%2520",
    "%22",
    " ",
    "000",
    "0",
    "#",
    "\r",
    "2023-02-29",
    "é",
    "1" * 13,
]


@pytest.mark.takes_turns(5, among="the longest")
@hostile
@given(st.lists(st.one_of(_hostile(CLOUDFRONT), _hostile(CLOUDFRONT, FIELD_PIECES), TEXTS), min_size=1))
def test_hostile_cloudfront_lines_are_read_alike(lines: list[str]) -> None:
    """The same for fields between tabs."""
    _check("cloudfront", CLOUDFRONT_HEADER, lines)


def test_usual_cloudfront_lines_are_read_fast() -> None:
    """All are regular, also the first of a block: of each block but the first it is a request."""
    assert _check("cloudfront", CLOUDFRONT_HEADER, [*CLOUDFRONT_HEADER, *CLOUDFRONT]) == len(CLOUDFRONT)
    assert _check("cloudfront", CLOUDFRONT_HEADER, CLOUDFRONT) == len(CLOUDFRONT)


def test_numbers_at_the_beginning_of_a_block() -> None:
    """Where fewer bytes stand before the end of a number than are read, the line is left to the SQL."""
    fields = "sc-status sc-bytes date time cs-method cs-uri-stem cs(User-Agent) c-ip x-edge-request-id"
    line = "200\t2326\t2024-01-16\t23:53:20\tGET\t/a\tconda/24.7.1\t192.0.2.7\tEXAMPLE=="
    header = ["#Version: 1.0", f"#Fields: {fields}"]
    assert _check("cloudfront", header, [line] * 3) == 2


@pytest.mark.parametrize(
    "line",
    [
        CLOUDFRONT[0].replace("%20", "%22", 1),
        CLOUDFRONT[0].replace("\t200\t", "\t000\t"),
        CLOUDFRONT[0].replace("GET", "PUT"),
        CLOUDFRONT[0] + "\tmore",
        CLOUDFRONT[0].replace("2024-01-16", "2023-02-29"),
        CLOUDFRONT[0].replace("EXAMPLErequestIDexampleREQUESTidEXAMPLErequestIDexample==", "-"),
    ],
)
def test_an_odd_cloudfront_line_is_left_and_its_neighbours_are_not(line: str) -> None:
    """One line does not change how the lines around it are read."""
    assert _check("cloudfront", CLOUDFRONT_HEADER, ["x" * 60, CLOUDFRONT[0], line, CLOUDFRONT[1]]) == 2
