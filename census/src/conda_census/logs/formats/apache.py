"""Log format from a ``LogFormat`` of Apache"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from conda_census.errors import CensusError
from conda_census.logs.parsing.log_format import LogFormat
from conda_census.logs.parsing.templates import (
    Piece,
    Variable,
    template_format,
    unescaped,
    with_address,
)
from conda_census.logs.parsing.times import TIME_SHAPE

__all__ = ["apache_format"]

_CONDA = "conda/24.7.1 requests/2.32.3 CPython/3.12.4 Linux/6.1.0 debian/12 glibc/2.36"
_PATH = "/pkgs/main/noarch/repodata.json.zst"
_BYTES = r"\d+|-"

#: Variables that are read, or that are known by more than their name. The key is the letter of the directive,
#: with its argument in lower case if it has one.
_KNOWN = {
    "%a": Variable("", "address", 1, example="192.0.2.7"),
    "%h": Variable("", "address", 2, is_host_name=True, example="192.0.2.7"),
    "%{c}a": Variable("", "address", 3, example="192.0.2.7"),
    "%{x-forwarded-for}i": Variable("", "address", 4, example="192.0.2.7"),
    "%r": Variable("", "request", example=f"GET {_PATH} HTTP/1.1"),
    "%m": Variable("", "method", shape="[A-Z]+|-", example="GET"),
    "%U": Variable("", "path", starts="/", example=_PATH),
    "%q": Variable("", starts="?", may_be_empty=True, example=""),
    "%s": Variable("", "status", 1, shape=r"\d{3}", example="200"),
    "%b": Variable("", "bytes", 0, shape=_BYTES, example="2326"),
    "%B": Variable("", "bytes", 1, shape=_BYTES, example="2326"),
    "%O": Variable("", "bytes", 2, shape=_BYTES, example="2600"),
    "%u": Variable("", may_hold_anything=True),
    "%D": Variable("", example="4321"),
    "%H": Variable("", example="HTTP/1.1"),
    "%p": Variable("", example="443"),
    "%{user-agent}i": Variable("", "user_agent", example=_CONDA),
    "%{host}i": Variable("", "host", 0, example="conda.example.org"),
    "%V": Variable("", "host", 1, example="conda.example.org"),
    "%v": Variable("", "host", 2, example="conda.example.org"),
    "%{unique_id}e": Variable("", "request_id", example="ZacXwMCoAQEAAExAMPLEAAAAA"),
    "%{content-range}o": Variable("", "range"),
    "%{sec}t": Variable("", "time", 3, shape=r"\d+", example="1705449200"),
    "%{msec}t": Variable("", "time", 2, shape=r"\d+", example="1705449200123"),
    "%{usec}t": Variable("", "time", 1, shape=r"\d+", example="1705449200123456"),
    "%{msec_frac}t": Variable("", "time", 5, shape=r"\d{3}", time_format="%g", example="123"),
    "%{usec_frac}t": Variable("", "time", 5, shape=r"\d{6}", time_format="%f", example="123456"),
}
_TIME = Variable("%t", "time", 0, shape=TIME_SHAPE, example="16/Jan/2024:23:53:20 +0000")
#: Directives of Apache, without an argument and with one.
_PLAIN = frozenset("aAbBDfhHIklLmOpPqrRsStTuUvVX")
_WITH_ARGUMENT = frozenset("aCeiLnopPtT") | {"^ti", "^to"}

_TOKEN = re.compile(
    r"%(?:(?P<percent>%)|!?[\d,]*(?P<which>[<>]?)(?:\{(?P<argument>[^}]*)\})?(?P<letter>\^t[io]|[A-Za-z]))"
    r"|(?P<text>(?:[^%\\]|\\.)+|[%\\])",
    re.DOTALL,
)
_DIRECTIVES = {"%T": "%H:%M:%S", "%F": "%Y-%m-%d", "%D": "%m/%d/%y", "%R": "%H:%M"}
#: Example and shape of the values for each directive of a time.
_TIME_DIRECTIVES = {
    "%Y": ("2024", r"\d{4}"),
    "%y": ("24", r"\d{2}"),
    "%m": ("01", r"\d{2}"),
    "%d": ("16", r"\d{2}"),
    "%H": ("23", r"\d{2}"),
    "%I": ("11", r"\d{2}"),
    "%M": ("53", r"\d{2}"),
    "%S": ("20", r"\d{2}"),
    "%z": ("+0000", r"[+-]\d{4}"),
    "%b": ("Jan", "[A-Z][a-z]{2}"),
    "%B": ("January", "[A-Z][a-z]{2,8}"),
    "%a": ("Tue", "[A-Z][a-z]{2}"),
    "%A": ("Tuesday", "[A-Z][a-z]{5,8}"),
    "%p": ("PM", "[AP]M"),
    "%j": ("016", r"\d{3}"),
    "%%": ("%", "%"),
}


def apache_format(
    name: str,
    place: str,
    template: str,
    address: str | None = None,
    other: Sequence[str] = (),
    sample_rate: float = 1.0,
) -> LogFormat:
    """Return the format of the lines that Apache writes with this ``LogFormat``.

    ``address`` is the directive that holds the client's address, ``other`` are directives of modules.

    Raises:
        CensusError: a directive is not known, or something that a request needs is missing.
    """
    pieces = [piece for token in _TOKEN.finditer(template.strip()) for piece in _pieces(token, place, other)]
    return template_format(name, "Apache", place, with_address(place, pieces, address), sample_rate)


def _pieces(token: re.Match[str], place: str, other: Sequence[str]) -> list[Piece]:
    written, letter, argument = token[0], token["letter"], token["argument"]
    if not letter:
        return ["%"] if token["percent"] else [unescaped(written)]
    if letter == "t":
        return _time(written, (argument or "").removeprefix("begin:").removeprefix("end:"), place)
    if letter not in (_PLAIN if argument is None else _WITH_ARGUMENT) and written not in other:
        raise CensusError(
            f'{place}: unknown directive {written}: correct it, or add other = ["{written}"] if a module '
            "of Apache defines it"
        )
    read = _KNOWN.get(f"%{letter}" if argument is None else f"%{{{argument.lower()}}}{letter}", Variable(""))
    is_last_status = letter == "s" and token["which"] == ">"
    return [replace(read, written=written, rank=0 if is_last_status else read.rank)]


def _time(written: str, argument: str, place: str) -> list[Piece]:
    """Return the pieces of a time. Apache brackets its own format; a line may hold several ``%{…}t``."""
    if not argument:
        return ["[", replace(_TIME, written=written), "]"]
    if (read := _KNOWN.get(f"%{{{argument}}}t")) is not None:
        return [replace(read, written=written)]
    form = re.sub("%[TFDR]", lambda directive: _DIRECTIVES[directive[0]], argument)
    parts = re.findall("%.?|[^%]+", form)
    unknown = [part for part in parts if part.startswith("%") and part not in _TIME_DIRECTIVES]
    if unknown:
        raise CensusError(f"{place}: {written}: {unknown[0]} cannot be read: write the time in another way")
    values = [_TIME_DIRECTIVES.get(part, (part, re.escape(part))) for part in parts]
    example, shape = ("".join(each) for each in zip(*values, strict=True))
    return [Variable(written, "time", 4, shape=shape, time_format=form, example=example)]
