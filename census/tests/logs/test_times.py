"""Times: right or none, the same by the format's SQL, the fast readers and Python's own datetime."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from census_support.oracles.raw_rows import raw_rows
from conda_census.logs.formats import BUILT_IN
from conda_census.logs.formats.apache import apache_format
from conda_census.logs.formats.cloudfront import STANDARD_HEADER
from conda_census.logs.formats.nginx import nginx_format
from conda_census.logs.parsing.times import any_time, bracketed_time, utc_time
from conda_census.logs.possible_times import EARLIEST

CONNECTION = duckdb.connect()
CONNECTION.execute("SET TimeZone = 'UTC'")
START = datetime(1970, 1, 1, tzinfo=UTC)

JANUARY = "2024-01-16T23:53:20"
#: Of each text of a time in brackets the moment, UTC; None where there is none.
BRACKETED = {
    "16/Jan/2024:23:53:20 +0000": JANUARY,
    "16/Jan/2024:23:53:20 -0000": JANUARY,
    "16/Jan/2024:23:53:20 +00:00": JANUARY,
    "16/Jan/2024:23:53:20 Z": JANUARY,
    "17/Jan/2024:05:23:20 +0530": JANUARY,
    "17/Jan/2024:05:23:20 +05:30": JANUARY,
    "16/Jan/2024:16:23:20 -0730": JANUARY,
    "16/Jan/2024:16:23:20 -07:30": JANUARY,
    "29/Feb/2024:00:00:00 +1400": "2024-02-28T10:00:00",
    "31/Dec/2023:23:59:59 -1200": "2024-01-01T11:59:59",
    "16/Jan/2024:23:53:20": None,
    "16/Jan/2024:23:53:20 ": None,
    "16/Jan/2024:23:53:20 UTC": None,
    "16/Jan/2024:23:53:20 CET": None,
    "16/Jan/2024:23:53:20 +00": None,
    "16/Jan/2024:23:53:20 +000": None,
    "16/Jan/2024:23:53:20 +00000": None,
    "16/Jan/2024:23:53:20 0000": None,
    "16/Jan/2024:23:53:20 +2545": None,
    "16/Jan/2024:23:53:20 +1500": None,
    "16/Jan/2024:23:53:20 +0060": None,
    "16/Jan/2024:23:53:20 +00:0": None,
    "16/Jan/2024:23:53:20 +00: 0": None,
    "16/Jan/2024:23:53:20.123 +0000": None,
    "16/Jan/2024:23:53:20  +0000": None,
    "16/Jan/2024:23:53:60 +0000": None,
    "31/Dec/2016:23:59:60 +0000": None,
    "16/Jan/2024:24:00:00 +0000": None,
    "16/Jan/2024:23:60:20 +0000": None,
    "16/Jan/2024:3:53:20 +0000": None,
    "31/Feb/2024:23:53:20 +0000": None,
    "29/Feb/2023:23:53:20 +0000": None,
    "31/Apr/2024:23:53:20 +0000": None,
    "00/Jan/2024:23:53:20 +0000": None,
    "6/Jan/2024:23:53:20 +0000": None,
    " 6/Jan/2024:23:53:20 +0000": None,
    "016/Jan/2024:23:53:20 +0000": None,
    "16/jan/2024:23:53:20 +0000": None,
    "16/JAN/2024:23:53:20 +0000": None,
    "16/Mai/2024:23:53:20 +0000": None,
    "16/January/2024:23:53:20 +0000": None,
    "16/01/2024:23:53:20 +0000": None,
    "16/Jan/24:23:53:20 +0000": None,
    "16/Jan/02024:23:53:20 +0000": None,
    "16-Jan-2024:23:53:20 +0000": None,
    "16/Jan/2024 23:53:20 +0000": None,
    "-": None,
    "": None,
}
#: The same for times that formats in JSON, with templates and with bars may have.
ANY = {
    f"{JANUARY}Z": JANUARY,
    "2024-01-16 23:53:20Z": JANUARY,
    "2024-01-16 23:53:20 UTC": JANUARY,
    f"{JANUARY}+00:00": JANUARY,
    f"{JANUARY}+0000": JANUARY,
    f"{JANUARY}+00": JANUARY,
    f"{JANUARY}-00:00": JANUARY,
    "2024-01-17T05:23:20+05:30": JANUARY,
    "2024-01-16 18:53:20 -0500": JANUARY,
    "2024-01-16 18:53:20-05": JANUARY,
    JANUARY: JANUARY,
    "2024/01/16 23:53:20": JANUARY,
    f"{JANUARY}.1Z": f"{JANUARY}.1",
    f"{JANUARY}.123Z": f"{JANUARY}.123",
    "2024/01/16 23:53:20.123": f"{JANUARY}.123",
    "2024-01-17T00:53:20.123+0100": f"{JANUARY}.123",
    f"{JANUARY}.123456Z": f"{JANUARY}.123456",
    f"{JANUARY}.123456789Z": f"{JANUARY}.123456",
    "2024/01/16 23:53:20.123456789": f"{JANUARY}.123456",
    "2024-01-16T23:59:59.999999999Z": "2024-01-16T23:59:59.999999",
    "2024-02-29T00:00:00Z": "2024-02-29T00:00:00",
    "1705449200": JANUARY,
    "0001705449200": JANUARY,
    "1705449200.5": f"{JANUARY}.5",
    "1705449200.123": f"{JANUARY}.123",
    "1705449200.1234567": f"{JANUARY}.123456",
    "1705449200.9999999999": f"{JANUARY}.999999",
    "1705449200123": f"{JANUARY}.123",
    "1705449200123.456": f"{JANUARY}.123456",
    "1705449200123456": f"{JANUARY}.123456",
    "1705449200123456789": f"{JANUARY}.123456",
    "-1": "1969-12-31T23:59:59",
    "-1705449200": "1915-12-17T00:06:40",
    "0": "1970-01-01T00:00:00",
    "1e9": None,
    "1.705449200e9": None,
    "1.7E+12": None,
    "+1705449200": None,
    "1705449200.": None,
    ".5": None,
    "1,705,449,200": None,
    "1705449200,5": None,
    "0x65A71830": None,
    "9" * 20: None,
    "NaN": None,
    "Infinity": None,
    "infinity": None,
    "epoch": None,
    "now": None,
    "today": None,
    "": None,
    "-": None,
    "2024-01-16": None,
    "2024-01-16T23:53Z": None,
    "2024-01-16T23Z": None,
    "2024-1-16T23:53:20Z": None,
    "24-01-16T23:53:20Z": None,
    "02024-01-16T23:53:20Z": None,
    "2024-01-16T3:53:20Z": None,
    "2024-01-16T23:53:2012Z": None,
    "2024-01-16T23:53:20.Z": None,
    "2024-01-16T23:53:60Z": None,
    "2016-12-31T23:59:60Z": None,
    "2024-01-16T24:00:00Z": None,
    "2024-02-30T23:53:20Z": None,
    "2023-02-29T23:53:20Z": None,
    "2024-13-16T23:53:20Z": None,
    "2024/01-16 23:53:20": None,
    "2024.01.16 23:53:20": None,
    "16/01/2024 23:53:20": None,
    "01/16/2024 23:53:20": None,
    f"{JANUARY}+25:45": None,
    f"{JANUARY}+15:00": None,
    f"{JANUARY}+00:60": None,
    f"{JANUARY}+0": None,
    f"{JANUARY}+000": None,
    f"{JANUARY}ZZ": None,
    f"{JANUARY} CET": None,
    f"{JANUARY} Europe/Berlin": None,
    f"{JANUARY} (BC)": None,
    "Tuesday, 16-Jan-24 23:53:20 UTC": None,
}
#: Formats whose only time stands in brackets, with what stands for it.
SLOT = "16/Jan/2024:23:53:20 +0000"
PYTHON_MONTH = re.compile("Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec")


def _microseconds(moment: str | None) -> int | None:
    return (
        None
        if moment is None
        else (datetime.fromisoformat(moment).replace(tzinfo=UTC) - START) // timedelta(microseconds=1)
    )


def _by_sql(reader: Callable[[str], str], texts: Iterable[str]) -> dict[str, int | None]:
    """The moment of each text by an expression of SQL, in microseconds since 1970."""
    CONNECTION.register("texts", pa.table({"written": pa.array(list(texts), pa.string())}))
    found = CONNECTION.execute(f"SELECT written, epoch_us({reader('written')}) FROM texts").fetchall()
    return dict(found)


def test_times_in_brackets() -> None:
    """Right, or none."""
    assert _by_sql(bracketed_time, BRACKETED) == {text: _microseconds(BRACKETED[text]) for text in BRACKETED}


def test_any_times() -> None:
    """Right, or none; a time in brackets is one of them."""
    every = {**BRACKETED, **ANY}
    assert _by_sql(any_time, every) == {text: _microseconds(every[text]) for text in every}


def _rows(name: str, line: str, header: list[bytes]) -> tuple[int | None, str | None, int | None]:
    """The time and the reason by SQL, and the time by the fast reader where it takes the line."""
    log_format = BUILT_IN[name]
    [row] = raw_rows(log_format, [line + "\n"], header or [line.encode()])
    around = log_format.example  # so that there is room before and behind the line
    parsed = log_format.parse_regular(header or [line.encode()])(f"{around}\n{line}\n{around}\n".encode())
    taken = dict(zip(parsed.requests.line.tolist(), parsed.requests.time.tolist(), strict=True))
    time = row["time"]
    return time if time is None else _microseconds(str(time)[:-3]), row["dropped"], taken.get(1)


@pytest.mark.takes_turns(5)
@pytest.mark.parametrize("name", ["combined", "common", "nexus", "s3", "traefik"])
def test_a_line_with_a_time_in_brackets(name: str) -> None:
    """A line has the time of its table, or ``no_time``, by SQL and by the fast reader alike."""
    example = BUILT_IN[name].example
    if name == "traefik":
        example = BUILT_IN["combined"].example + ' 1 "r" "http://192.0.2.9" 3ms'
    assert SLOT in example
    for text, moment in BRACKETED.items():
        time, dropped, fast = _rows(name, example.replace(SLOT, text), [])
        assert (time, dropped) == (_microseconds(moment), None if moment else "no_time"), text
        assert fast in (None, time), text


JSON_TIMES = {
    "caddy": ("ts", '"2024-01-16T23:53:20Z"', "1705449200.123"),
    "cloudflare": ("EdgeStartTimestamp", '"2024-01-16T23:53:20Z"', '"2024-01-16T23:53:20Z"'),
    "fastly": ("timestamp", '"2024-01-16T23:53:20Z"', '"2024-01-16T23:53:20+0000"'),
    "gcp": ("timestamp", '"2024-01-16T23:53:20Z"', '"2024-01-16T23:53:20.123456Z"'),
    "traefik": ("StartUTC", '"2024-01-16T23:53:20Z"', '"2024-01-16T23:53:20.123456789Z"'),
}


@pytest.mark.takes_turns(5)
@pytest.mark.parametrize("name", JSON_TIMES)
def test_a_line_of_json(name: str) -> None:
    """The same for each format in JSON: what is no time is ``no_time``, as a text and as a number."""
    key, _, written = JSON_TIMES[name]
    example = BUILT_IN[name].example
    assert f'"{key}":{written}' in example
    moments = {}
    for text, moment in {**BRACKETED, **ANY}.items():
        # A number of JSON with more digits is rounded by whoever reads JSON.
        values = [json.dumps(text), *([text] if re.fullmatch(r"-?[1-9][0-9]*(\.[0-9]{1,7})?", text) else [])]
        moments |= dict.fromkeys(values, moment)
    lines = [example.replace(f'"{key}":{written}', f'"{key}":{value}') + "\n" for value in moments]
    rows = raw_rows(BUILT_IN[name], lines, [example.encode()])
    for (value, moment), row in zip(moments.items(), rows, strict=True):
        expected = _microseconds(moment)
        reason = "no_time" if expected is None else "impossible_time" if expected < EARLIEST else None
        time = row["time"]
        found = time if time is None else _microseconds(str(time)[:-3])
        assert (found, row["dropped"]) == (expected, reason), value


CLOUDFRONT_TIMES = {
    ("2024-01-16", "23:53:20"): JANUARY,
    ("2024-02-29", "00:00:00"): "2024-02-29T00:00:00",
    ("2024-02-30", "23:53:20"): None,
    ("2023-02-29", "23:53:20"): None,
    ("2024-1-16", "23:53:20"): None,
    ("2024-01-6", "23:53:20"): None,
    ("24-01-16", "23:53:20"): None,
    ("2024/01/16", "23:53:20"): None,
    ("2024-01-16", "24:00:00"): None,
    ("2024-01-16", "23:53:60"): None,
    ("2024-01-16", "3:53:20"): None,
    ("2024-01-16", "23:53"): None,
    ("2024-01-16", "23:53:20Z"): None,
    ("2024-01-16", "23:53:20+01"): None,
    ("2024-01-16", "23:53:20.5"): None,
    ("-", "23:53:20"): None,
    ("2024-01-16", "-"): None,
    ("", ""): None,
}


def test_a_line_of_cloudfront() -> None:
    """The same for a date and a clock in fields of their own, which are in UTC."""
    for (date, clock), moment in CLOUDFRONT_TIMES.items():
        line = BUILT_IN["cloudfront"].example.replace("2024-01-16\t23:53:20", f"{date}\t{clock}")
        time, dropped, fast = _rows("cloudfront", line, [STANDARD_HEADER])
        assert (time, dropped) == (_microseconds(moment), None if moment else "no_time"), (date, clock)
        assert fast in (None, time), (date, clock)


@pytest.mark.parametrize(
    ("directive", "written", "moment"),
    [
        ("%{%Y-%m-%dT%H:%M:%S}t %{%z}t", "2024-01-17T00:53:20 +0100", JANUARY),
        ("%{%d.%m.%y %I:%M:%S %p %z}t", "16.01.24 11:53:20 PM +0000", JANUARY),
        ("%{%Y-%m-%dT%H:%M:%S}t %{%z}t", "2024-01-17T00:53:20 +2545", None),
        ("%{%Y-%m-%dT%H:%M:%S}t %{%z}t", "2024-02-31T00:53:20 +0100", None),
        ("%{%Y-%m-%dT%H:%M:%S}t %{%z}t", "2024-01-17T24:00:00 +0100", None),
        ("%{%Y-%m-%dT%H:%M:%S}t %{%z}t", "2024-01-17T00:53:60 +0100", None),
        ("%{%d/%b/%Y:%T %z}t", "16/Mai/2024:23:53:20 +0000", None),
        ("%{sec}t", "1705449200", JANUARY),
        ("%{msec}t", "1705449200123", f"{JANUARY}.123"),
        ("%{usec}t", "1705449200123456", f"{JANUARY}.123456"),
    ],
)
def test_a_time_of_an_apache_of_ones_own(directive: str, written: str, moment: str | None) -> None:
    """A time that the operator's own LogFormat writes."""
    log_format = apache_format("own", "census.toml", f'%h {directive} "%r" %>s %b')
    [row] = raw_rows(log_format, [f'192.0.2.7 {written} "GET /p HTTP/1.1" 200 1\n'], [])
    assert row["dropped"] == (None if moment else "no_time")
    assert moment is None or _microseconds(str(row["time"])[:-3]) == _microseconds(moment)


@pytest.mark.parametrize(
    ("variable", "written", "moment"),
    [
        ("$time_iso8601", "2024-01-17T00:53:20+01:00", JANUARY),
        ("$time_iso8601", "2024-01-17T00:53:20+25:45", None),
        ("[$time_local]", "[17/Jan/2024:00:53:20 +0100]", JANUARY),
        ("[$time_local]", "[17/Jan/2024:00:53:20 +2545]", None),
        ("$msec", "1705449200.123", f"{JANUARY}.123"),
        ("$msec", "1e9", None),
    ],
)
def test_a_time_of_an_nginx_of_ones_own(variable: str, written: str, moment: str | None) -> None:
    """The same for a log_format."""
    log_format = nginx_format("own", "census.toml", f'$remote_addr {variable} "$request" $status $bytes_sent')
    [row] = raw_rows(log_format, [f'192.0.2.7 {written} "GET /p HTTP/1.1" 200 1\n'], [])
    assert row["dropped"] == (None if moment else "no_time")
    assert moment is None or _microseconds(str(row["time"])[:-3]) == _microseconds(moment)


def _by_python_in_brackets(text: str) -> int | None:
    """What Python makes of a time in brackets that has the shape of one, to the letter."""
    match = re.fullmatch(
        r"([0-9]{2})/([A-Z][a-z]{2})/([0-9]{4}:[0-9]{2}:[0-9]{2}:[0-9]{2}) ([+-][0-9]{2}:?[0-9]{2}|Z)", text
    )
    if not match or not PYTHON_MONTH.fullmatch(match[2]):
        return None
    zone = "+0000" if match[4] == "Z" else match[4].replace(":", "")
    try:
        moment = datetime.strptime(f"{match[1]}/{match[2]}/{match[3]} {zone}", "%d/%b/%Y:%H:%M:%S %z")
    except ValueError:
        return None
    if int(zone[1:3]) > 14 or int(match[3][-2:]) > 59:  # strptime takes leap seconds
        return None
    return (moment - START) // timedelta(microseconds=1)


def _by_python_iso(text: str) -> int | None:
    match = re.fullmatch(
        r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9:]{8})(\.[0-9]+)?(Z|[+-][0-9]{2}:?[0-9]{2})?", text
    )
    if not match or (match[4] and match[4] != "Z" and (int(match[4][1:3]) > 14 or int(match[4][-2:]) > 59)):
        return None
    zone = "+00:00" if match[4] in (None, "Z") else f"{match[4][:3]}:{match[4][-2:]}"
    try:
        moment = datetime.fromisoformat(f"{match[1]}T{match[2]}{(match[3] or '')[:7]}{zone}")
    except ValueError:
        return None
    return (moment - START) // timedelta(microseconds=1)


_TWO = st.integers(0, 99).map("{:02}".format)
_USUAL = st.integers(1, 28).map("{:02}".format)
_NAMES = ["Jan", "Feb", "Sep", "Dec", "dec", "Mai", "Okt"]
_MONTHS = st.sampled_from(_NAMES)
_YEARS = st.integers(1, 9998).map("{:04}".format)
_PAIR = st.one_of(_USUAL, _TWO)
_ZONES = st.one_of(
    st.sampled_from(
        ["Z", "+0000", "-0000", "+00:00", "+1400", "+14:59", "-1200", "+2545", "+1500", "", "+00"]
    ),
    st.builds("{}{}{}{}".format, st.sampled_from("+-"), _USUAL, st.sampled_from(["", ":"]), _PAIR),
)
_NOISE = st.tuples(st.integers(0, 30), st.integers(0, 2), st.sampled_from(["", *"0123456789:/+-. TZ"]))


def _noisy(text: str, noise: tuple[int, int, str] | None) -> str:
    if noise is None:
        return text
    place, length, piece = noise
    return text[:place] + piece + text[place + length :]


_IN_BRACKETS = st.builds(
    _noisy,
    st.builds("{}/{}/{}:{}:{}:{} {}".format, _PAIR, _MONTHS, _YEARS, _USUAL, _PAIR, _PAIR, _ZONES),
    st.none() | _NOISE,
)
_ISO = st.builds(
    _noisy,
    st.builds(
        "{}-{}-{}{}{}:{}:{}{}{}".format, _YEARS, _PAIR, _PAIR, st.sampled_from("T "), _USUAL, _PAIR, _PAIR,
        st.sampled_from(["", ".5", ".123456", ".9999999", ".123456789012"]), _ZONES,
    ),
    st.none() | _NOISE,
)  # fmt: skip


@settings(deadline=None, max_examples=50)
@given(st.lists(_IN_BRACKETS, min_size=1, max_size=200))
def test_random_times_in_brackets_are_those_of_python(texts: list[str]) -> None:
    """Well formed or not, by SQL and by the fast reader a time is what Python reads, or none."""
    found = _by_sql(bracketed_time, texts)
    assert found == {text: _by_python_in_brackets(text) for text in texts}
    lines = [BUILT_IN["combined"].example.replace(SLOT, text) + "\n" for text in texts]
    parsed = BUILT_IN["combined"].parse_regular([])("".join([*lines, "x" * 60, "\n"]).encode())
    requests = parsed.requests
    for line, time in zip(requests.line.tolist(), requests.time.tolist(), strict=True):
        assert time == found[texts[line]]


def _is_plain(text: str) -> bool:
    """Is a zone of hours only, or a time of another kind, no question to Python's reader?"""
    return not re.search(r"(?:[+-][0-9]{2}|/.*|UTC)$", text.strip()) and not re.fullmatch(r"-?[0-9.]*", text)


@settings(deadline=None, max_examples=50)
@given(st.lists(_ISO.filter(_is_plain), min_size=1, max_size=200))
def test_random_times_of_rfc_3339_are_those_of_python(texts: list[str]) -> None:
    """The same for RFC 3339 and its kin; a blank before the zone is fine."""
    expected = {text: _by_python_iso(re.sub(" (?=[+Z-][^ ]*$)", "", text)) for text in texts}
    assert _by_sql(any_time, texts) == expected


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.datetimes(datetime(1995, 1, 1), datetime(2100, 1, 1)), min_size=1, max_size=100)  # noqa: DTZ001
)
def test_every_moment_is_read_back(moments: list[datetime]) -> None:
    """Whatever writes it: RFC 3339, Unix seconds, milli-, micro- or nanoseconds, Go's wall clock."""
    written: dict[str, int] = {}
    for moment in moments:
        at = (moment.replace(tzinfo=UTC) - START) // timedelta(microseconds=1)
        seconds, fraction = divmod(at, 10**6)
        written |= {
            moment.isoformat() + "Z": at,
            moment.strftime("%Y/%m/%d %H:%M:%S.%f") + "789": at,
            f"{seconds}.{fraction:06}": at,
            f"{seconds}": seconds * 10**6,
            f"{at // 1000}": at // 1000 * 1000,
            f"{at}": at,
            f"{at * 1000 + 789}": at,
        }
    assert _by_sql(any_time, written) == written
    clocks = {f"{moment:%Y-%m-%d %H:%M:%S}": moment.replace(microsecond=0) for moment in moments}
    expected = {text: _microseconds(moment.isoformat()) for text, moment in clocks.items()}
    assert _by_sql(utc_time, clocks) == expected
