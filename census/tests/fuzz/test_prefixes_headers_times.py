"""Random prefixes, headers and times of logs: what is read is what stands there, or nothing.

As many as ``CENSUS_FUZZ_LINES`` asks for; ``CENSUS_FUZZ_SEED`` repeats a run.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest

from census_support.oracles.raw_rows import raw_rows
from conda_census.logs.formats import BUILT_IN
from conda_census.logs.formats.cloudfront import STANDARD_HEADER
from conda_census.logs.prefixes import without_prefix

LINES = int(os.environ.get("CENSUS_FUZZ_LINES", "8000"))
SEED = int(os.environ.get("CENSUS_FUZZ_SEED", "1"))
_START = datetime(1995, 1, 2, tzinfo=UTC)
_DAYS = 15_000
_WORDS = ("mirror", "nginx", "web-1", "httpd", "docker", "conda")


def _chance(name: str) -> random.Random:
    return random.Random(f"{SEED} {name}")  # noqa: S311 (to be repeated)


def _moment(chance: random.Random) -> datetime:
    return _START + timedelta(days=chance.randrange(_DAYS), seconds=chance.randrange(86_400))


def _zone(chance: random.Random) -> timezone:
    return timezone(timedelta(minutes=15 * chance.randrange(-48, 57)))


def _rfc_3164(chance: random.Random) -> str:
    moment, priority = _moment(chance), f"<{chance.randrange(192)}>" if chance.random() < 0.5 else ""
    day = f"{moment.day:2}" if chance.random() < 0.7 else f"{moment.day:02}"
    process = f"[{chance.randrange(1, 99_999)}]" if chance.random() < 0.5 else ""
    return (
        f"{priority}{moment:%b} {day} {moment:%H:%M:%S} {chance.choice(_WORDS)} "
        f"{chance.choice(_WORDS)}{process}: "
    )


def _rfc_5424(chance: random.Random) -> str:
    moment = _moment(chance).isoformat().replace("+00:00", chance.choice(("Z", "+01:00", ".123Z")))
    return (
        f"<{chance.randrange(192)}>1 {moment} {chance.choice(_WORDS)} {chance.choice(_WORDS)} "
        f"{chance.choice(('-', '4711'))} - - "
    )


def _kubernetes(chance: random.Random) -> str:
    moment = f"{_moment(chance):%Y-%m-%dT%H:%M:%S}.{chance.randrange(10**9):09}Z"
    return f"{moment} {chance.choice(('stdout', 'stderr'))} F "


_PREFIXES: tuple[Callable[[random.Random], str], ...] = (
    _rfc_3164,
    _rfc_5424,
    _kubernetes,
    lambda _chance: "\ufeff",
    lambda chance: "\0" * chance.randrange(1, 200),
)


def test_a_line_behind_any_prefix_is_the_line() -> None:
    """Whatever carried it, of every format, once or by two relays."""
    chance = _chance("prefixes")
    # Fastly's example has a prefix itself.
    examples = [without_prefix(log_format.example.encode()) for log_format in BUILT_IN.values()]
    for _ in range(LINES // 4):
        line = chance.choice(examples)
        before = "".join(chance.choice(_PREFIXES[:3])(chance) for _ in range(chance.choice((1, 1, 2))))
        if chance.random() < 0.2:
            before = chance.choice(_PREFIXES[3:])(chance) + before
        assert without_prefix(before.encode() + line) == line, (before, line)


def test_times_are_those_of_a_calendar() -> None:
    """Of every zone that there is, with and without a colon in it, or one that no calendar has."""
    chance = _chance("times")
    combined = BUILT_IN["combined"]
    _, begin, rest = combined.example.partition("[")
    end = rest[rest.index("]") :]
    moments, lines = [], []
    for _ in range(LINES // 4):
        moment = _moment(chance).astimezone(_zone(chance))
        text = f"{moment:%d/%b/%Y:%H:%M:%S %z}"
        if chance.random() < 0.3:
            text = f"{text[:-2]}:{text[-2:]}"
        if chance.random() < 0.2:
            day = chance.choice(("32", "00", "31/Feb", "30/Feb"))
            text = f"{day}{text[6:]}" if "/" in day else f"{day}{text[2:]}"
            moments.append(None)
        else:
            moments.append(moment)
        lines.append(f"{combined.example.partition('[')[0]}{begin}{text}{end}")
    for line, moment, row in zip(lines, moments, raw_rows(combined, lines), strict=True):
        if moment is None:
            assert row["dropped"] == "no_time", line
        else:
            assert row["dropped"] is None, line
            assert datetime.fromisoformat(row["time"]) == moment, line


@pytest.mark.parametrize("number", range(4))
def test_fields_are_where_the_header_says(number: int) -> None:
    """In whatever order; a line with fewer or more fields than that is in no format."""
    chance = _chance(f"headers {number}")
    cloudfront = BUILT_IN["cloudfront"]
    names = STANDARD_HEADER.decode().removeprefix("#Fields:").split()
    values = cloudfront.example.split("\t")
    [right] = raw_rows(cloudfront, [cloudfront.example], [STANDARD_HEADER])
    for _ in range(max(LINES // 2000, 1)):
        pairs = list(zip(names, values, strict=True))
        chance.shuffle(pairs)
        header = f"#Fields: {' '.join(name for name, _value in pairs)}".encode()
        mixed = [value for _name, value in pairs]
        extra = chance.randrange(1, 4)
        lines = ["\t".join(each) for each in (mixed, mixed[:-extra], [*mixed, *["-"] * extra])]
        whole, fewer, more = raw_rows(cloudfront, lines, [b"#Version: 1.0", header])
        assert whole == right, header
        assert (fewer["dropped"], more["dropped"]) == ("not_in_format", "not_in_format"), header
