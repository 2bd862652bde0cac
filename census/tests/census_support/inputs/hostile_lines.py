"""Which lines would an attacker, a broken disk or a clock gone wrong write into a log?"""

from __future__ import annotations

import random
from collections.abc import Sequence

__all__ = ["hostile_lines"]

#: What breaks parsers: ends of fields, escapes cut short, numbers and times that do not fit, no text.
_PARTS = [
    *(
        b'"',
        b"'",
        b"\\",
        b"[",
        b"]",
        b"{",
        b"}",
        b"|",
        b"\t",
        b" ",
        b",",
        b":",
        b"-",
        b"%",
        b"#",
        b"\r",
        b"\n",
        b"\0",
    ),
    *(
        b'\\"',
        b"\\\\",
        b"\\x",
        b"\\x2",
        b"\\xFF",
        b"\\xC3\\xA9",
        b"\\u0000",
        b"\\ud800",
        b"\\udfff\\ud800",
        b"\\u00e9",
    ),
    *(
        b"%",
        b"%2",
        b"%zz",
        b"%00",
        b"%FF",
        b"%C3%A9",
        b"%2520",
        b"%25252B",
        b"\xff",
        b"\xc3",
        b"\xed\xa0\x80",
    ),
    *(
        "\N{REPLACEMENT CHARACTER}\N{RIGHT-TO-LEFT OVERRIDE}\N{ZERO WIDTH JOINER}".encode(),
        "\N{SNOWMAN}".encode(),
    ),
    *(
        b"0",
        b"-1",
        b"000",
        b"999",
        b"1e400",
        b"-0.0",
        b"NaN",
        b"Infinity",
        b"1_000",
        b" 404",
        b"0x1F",
        b"2.5",
        b"1e2",
    ),
    *(
        b"9" * 18,
        b"9" * 19,
        b"9" * 20,
        b"9" * 40,
        b"1" + b"0" * 400,
        b"9223372036854775808",
        b"-9223372036854775808",
    ),
    *(
        b"1000000000000",
        b"1000000000001",
        b"253402300800",
        b"-62135596801",
        b"99999999999",
        b"100000000000000000",
    ),
    *(
        b"0000-00-00T00:00:00Z",
        b"9999-12-31T23:59:59-08:00",
        b"1969-12-31T23:59:59Z",
        b"290000-01-01T00:00:00Z",
    ),
    *(
        b"2024-02-30T23:53:20Z",
        b"2024-01-16T23:59:60Z",
        b"infinity",
        b"epoch",
        b"2024-01-16 (BC) 00:00:00+00",
    ),
    *(
        b"2024-01-16T23:53:20+99:99",
        b"2024-01-16T23:53:20.1234567890123456789Z",
        b"2024-01-16T23:53:20 Europe/Berlin",
    ),
    *(
        b"31/Dec/9999:23:59:59 -0800",
        b"00/Jan/0000:00:00:00 +0000",
        b"16/Jan/2024:24:00:00 +0000",
        b"29/Feb/2023:",
    ),
    *(b"null", b"true", b'{"a":', b"{}", b"[]", b'"a":1,', b'"":"",', b"[" * 100, b'{"a":' * 100, b"}" * 100),
    *(
        b"HTTP/1.1",
        b"GET ",
        b"get /",
        b"\x16\x03\x01",
        b"#Fields: date",
        b"#Version: 1.0",
        b"#",
        b"\xef\xbb\xbf",
    ),
]
_NUMBERS = b"0123456789"


def hostile_lines(chance: random.Random, good: Sequence[bytes], count: int) -> list[bytes]:
    """Lines made of good ones by changes; a line may hold a line end, and so be two."""
    return [_changed(chance, good) for _ in range(count)]


def _changed(chance: random.Random, good: Sequence[bytes]) -> bytes:
    line = chance.choice(good)
    for _ in range(chance.choice((0, 1, 1, 1, 2, 3, 8))):
        start = chance.randrange(len(line) + 1)
        end = min(len(line), start + chance.choice((0, 1, 1, 2, 5, 20, 200)))
        match chance.randrange(8):
            case 0:
                line = line[:start] + line[end:]
            case 1:
                line = line[:start]
            case 2:
                line = line[:end] + line[start:]
            case 3:
                line = line[:start] + chance.choice(good)[start:]
            case 4:
                line = line[:start] + chance.randbytes(chance.choice((1, 1, 2, 8))) + line[end:]
            case 5:
                line = _other_number(chance, line, start)
            case 6 if chance.random() < 0.01:
                line = line[:start] + line[start:end] * chance.choice((2, 1000, 70_000)) + line[end:]
                line = line[:80_000]
            case _:
                line = line[:start] + chance.choice(_PARTS) + line[chance.choice((start, end)) :]
    return line


def _other_number(chance: random.Random, line: bytes, start: int) -> bytes:
    """The line with the next number in it changed."""
    while start < len(line) and line[start] not in _NUMBERS:
        start += 1
    end = start
    while end < len(line) and line[end] in _NUMBERS:
        end += 1
    return line[:start] + chance.choice(_PARTS) + line[end:]
