"""Parser for lines that a server wrote from a template of texts and variables"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from conda_census.errors import CensusError
from conda_census.logs.parsing.drop_rules import raw_columns, sent_range
from conda_census.logs.parsing.log_format import LogFormat, always
from conda_census.logs.parsing.text_lines import as_sent, found_by_pattern, quotes_hidden
from conda_census.logs.parsing.times import any_time, templated_time

__all__ = ["Piece", "Role", "Variable", "template_format", "unescaped", "with_address"]

#: Role of a variable that the census reads; it skips the others.
Role = Literal[
    "time",
    "request",
    "method",
    "path",
    "status",
    "bytes",
    "user_agent",
    "address",
    "request_id",
    "host",
    "range",
]


@dataclass(frozen=True)
class Variable:
    """Variable of a template.

    Attributes:
        written: the variable as written in the template.
        role: what the census reads from it, if anything.
        rank: of several variables with one role the one with the lowest rank is read.
        shape: pattern of a whole value, if it has one; it distinguishes the lines of a format from others.
        starts: the character that its value begins with, so that a variable may directly precede it.
        may_be_empty: true for a value that may be empty, such as the query in Apache's ``%U%q``.
        may_hold_anything: true if the value may even contain the text after it.
        is_host_name: true if a client's address may be the name of its host.
        time_format: format of ``strptime``, if a time is not in a usual form.
        example: an example value, for people.
    """

    written: str
    role: Role | None = None
    rank: int = 0
    shape: str | None = None
    starts: str = ""
    may_be_empty: bool = False
    may_hold_anything: bool = False
    is_host_name: bool = False
    time_format: str | None = None
    example: str = "-"


Piece = str | Variable

#: An IPv6 address contains the delimiter of its port; a list of X-Forwarded-For has blanks after commas.
_ADDRESS_BEFORE = {":": r'[^\s"]*', " ": r'[^\s",]*(?:, ?[^\s",]+)*'}

#: Roles of which a template needs one each, and their name in errors.
_NEEDED: tuple[tuple[tuple[Role, ...], str], ...] = (
    (("time",), "the time"),
    (("status",), "the status"),
    (("request", "method"), "the request"),
    (("request", "path"), "the request"),
)

_ESCAPES = {r"\t": "\t", r"\"": '"', r"\'": "'", r"\\": "\\"}


def unescaped(text: str) -> str:
    r"""Return a text between variables as the server writes it; its configuration has ``\"`` or ``\t``."""
    return re.sub(r"\\.", lambda escape: _ESCAPES.get(escape[0], escape[0]), text)


def template_format(
    name: str, server: str, place: str, pieces: Sequence[Piece], sample_rate: float = 1.0
) -> LogFormat:
    """Return the format of the lines that a template makes; ``place`` names the template in errors.

    Raises:
        CensusError: the template lacks something that a request needs, or its variables cannot be separated.
    """
    pieces = list(_joined(pieces))
    read = _read_variables(place, pieces)
    groups = [_group(variable, number) for number, variable in enumerate(read)]
    pattern = "".join(_patterns(place, pieces, read, strict=False))
    return LogFormat(
        name=name,
        server=server,
        content="Text lines with the variables that a template in `census.toml` names.",
        example="".join(piece if isinstance(piece, str) else piece.example for piece in pieces),
        line=re.compile("".join(_patterns(place, pieces, read, strict=True)).encode() + rb"\s*"),
        columns=always(
            raw_columns(
                found_by_pattern(pattern + r"\s*", groups, _columns(read, groups)),
                host_names=any(variable.role == "address" and variable.is_host_name for variable in read),
            )
        ),
        shows_its_end=pieces[-1] not in read or getattr(pieces[-1], "role", None) == "status",
        sample_rate=sample_rate,
    )


def with_address(place: str, pieces: Sequence[Piece], address: str | None) -> list[Piece]:
    """Return the pieces, with the address read from the variable written so, whatever else may hold one.

    Raises:
        CensusError: the pieces contain no such variable.
    """
    if address is None:
        return list(pieces)
    written = [piece.written for piece in pieces if isinstance(piece, Variable)]
    if address not in written:
        raise CensusError(f"{place}: address: {address} is not in the format: add it there, in the log too")
    return [
        replace(piece, role="address", rank=-1)
        if isinstance(piece, Variable) and piece.written == address
        else piece
        for piece in pieces
    ]


def _joined(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Yield the pieces with adjacent texts joined."""
    for is_text, some in itertools.groupby(pieces, lambda piece: isinstance(piece, str)):
        if is_text:
            yield "".join(map(str, some))
        else:
            yield from some


def _read_variables(place: str, pieces: Sequence[Piece]) -> list[Variable]:
    """Return the variables that are read, in order: one for each role, but several if a time is in parts."""
    variables = [piece for piece in pieces if isinstance(piece, Variable) and piece.role]
    best = _best_of_role(variables)
    for roles, needed in _NEEDED:
        if not best.keys() & set(roles):
            raise CensusError(
                f"{place}: {needed} is missing, and no line counts without it: add it to the log"
            )
    if "request" in best:
        best = {role: variable for role, variable in best.items() if role not in ("method", "path")}
    if best["time"].time_format is None:
        return [variable for variable in dict.fromkeys(variables) if variable in best.values()]
    if not any(_has_zone(variable) for variable in variables):
        raise CensusError(f"{place}: the time has no time zone: add %{{%z}}t behind it, in the log too")
    return [
        variable
        for variable in dict.fromkeys(variables)
        if variable in best.values() or variable.time_format is not None
    ]


def _best_of_role(variables: Sequence[Variable]) -> dict[Role, Variable]:
    """Return the variable with the lowest rank for each role; of equal ones the first."""
    best: dict[Role, Variable] = {}
    for variable in sorted(variables, key=lambda variable: variable.rank):
        if variable.role:
            best.setdefault(variable.role, variable)
    return best


def _has_zone(variable: Variable) -> bool:
    """Return True if a part of a time holds its time zone."""
    return "%z" in re.findall("%.", variable.time_format or "")


def _group(variable: Variable, number: int) -> str:
    if variable.role == "request":
        return "request"  # found_by_pattern makes method and path of it
    return f"written_{variable.role}_{number}"


def _columns(read: Sequence[Variable], groups: Sequence[str]) -> dict[str, str]:
    columns: dict[str, str] = {}
    for variable, group in zip(read, groups, strict=True):
        match variable.role:
            case "path" | "user_agent":
                columns[variable.role] = as_sent(f"({quotes_hidden(group)})")
            case "range":
                columns["range"] = sent_range(group)
            case "method" | "status" | "bytes" | "address" | "request_id" | "host":
                columns[variable.role] = group
    times = [
        (variable.time_format, group)
        for variable, group in zip(read, groups, strict=True)
        if variable.role == "time"
    ]
    if times[0][0] is None:
        columns["time"] = any_time(times[0][1])
    else:
        form = " ".join(form for form, _group in times if form)
        columns["time"] = templated_time(f"concat_ws(' ', {', '.join(group for _, group in times)})", form)
    return columns


def _patterns(
    place: str, pieces: Sequence[Piece], read: Sequence[Variable], *, strict: bool
) -> Iterator[str]:
    """Yield the pattern of each piece: with groups for RE2, or without for Python (whole lines only)."""
    found: set[str] = set()
    for number, piece in enumerate(pieces):
        if isinstance(piece, str):
            yield re.escape(piece)
            continue
        is_quoted = _has(pieces[:number][-1:], r'"$') and _has(pieces[number + 1 :][:1], '^"')
        value = _value(place, piece, pieces[number + 1 :], is_quoted=is_quoted, strict=strict)
        if strict or piece not in read or piece.written in found:
            yield f"(?:{value})"
        else:
            found.add(piece.written)
            yield f"({value})"


def _has(neighbours: Sequence[Piece], pattern: str) -> bool:
    return any(isinstance(piece, str) and re.search(pattern, piece) for piece in neighbours)


def _value(
    place: str, variable: Variable, following: Sequence[Piece], *, is_quoted: bool, strict: bool
) -> str:
    at_once = "+" if strict else ""  # no backtracking: the character that ends a value is in no value
    # Otherwise a line with a wrong value, such as a status of letters, would get another drop reason.
    if variable.shape and (strict or not variable.role or variable.time_format):
        return variable.shape
    if is_quoted:
        return rf'(?:[^"\\]|\\.)*{at_once}'
    ends = _ends(place, variable, following)
    if not ends:
        return ".*"
    if variable.may_hold_anything:
        return ".*?"
    if variable.role == "address" and ends in _ADDRESS_BEFORE:
        return _ADDRESS_BEFORE[ends]
    return f"[^{re.escape(ends)}]*{at_once}"


def _ends(place: str, variable: Variable, following: Sequence[Piece]) -> str:
    """Return the characters that may directly follow a value."""
    ends = ""
    for piece in following:
        if isinstance(piece, str):
            return ends + piece[0]
        if not piece.starts:
            raise CensusError(
                f"{place}: nothing separates {variable.written} and {piece.written}: put a blank between "
                "them, in the log too"
            )
        ends += piece.starts
        if not piece.may_be_empty:
            return ends
    return ends
