"""Settings of an operator in ``census.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from conda_census.errors import CensusError

__all__ = ["CensusToml", "FormatTable", "Hole", "read_census_toml"]

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
#: Messages of tomllib that quote at most one sign of the file, which may hold tokens.
_QUOTES_NOTHING = re.compile(
    r"(?:[A-Za-z ,/-]|'[^\w']')+ \(at (?:line \d+, column \d+|end of document)\)", re.ASCII
)
#: A token of an organisation, as in the wire format.
_ORGANIZATION = re.compile(r"[A-Za-z0-9_-]{1,36}")
_NAME_MAX = 64
_PLACE = re.compile(r"\(at (?:line \d+, column \d+|end of document)\)")
#: Keys of a table of ``[formats]`` that define the form of the lines; one of them is given.
_KINDS = ("nginx", "apache", "json", "cloudfront-realtime")


@dataclass(frozen=True)
class FormatTable:
    """A table ``[formats.NAME]``, its values of the right type but not yet interpreted.

    Attributes:
        name: the name to give to ``--format``.
        place: file and table, as an error names them.
        nginx: a ``log_format`` of nginx.
        apache: a ``LogFormat`` of Apache.
        json: for each column the keys that lead to it.
        cloudfront_realtime: the fields of real-time logs of CloudFront, in their order.
        address: the variable of nginx or Apache that holds the client's address.
        other: variables and fields that are not known here and are ignored.
        sample_rate: the share of all requests that is logged.
    """

    name: str
    place: str
    nginx: str | None = None
    apache: str | None = None
    json: Mapping[str, tuple[str, ...]] | None = None
    cloudfront_realtime: tuple[str, ...] | None = None
    address: str | None = None
    other: tuple[str, ...] = ()
    sample_rate: float | None = None


@dataclass(frozen=True)
class Hole:
    """Days without a log as declared by an operator, both ends included, and the reason."""

    since: date
    until: date
    reason: str = ""


@dataclass(frozen=True)
class CensusToml:
    """The settings in the file; settings that are not in the file are empty."""

    lake: Path | None = None
    writer: str | None = None
    engine: str | None = None
    formats: tuple[FormatTable, ...] = field(default=())
    channels: tuple[str, ...] | None = None
    title: str = ""
    holes: tuple[Hole, ...] = ()
    machines: bool = False
    exclude: tuple[str, ...] = ()
    organizations: tuple[tuple[str, str], ...] = field(default=(), repr=False)


def read_census_toml(path: Path) -> CensusToml:
    """Read the settings in a file; a path of a lake in it is relative to its folder.

    Raises:
        CensusError: it cannot be read, is no TOML, or has an unknown key or value: one line that names the
            file, the key and the remedy.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CensusError(
            f"{path}: cannot be read ({error.strerror}): check that it is there and that you may read it"
        ) from None
    except UnicodeDecodeError:
        raise CensusError(f"{path}: not in UTF-8: save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise CensusError(f"{path}: not TOML{_said_safely(str(error))}: correct that line") from None
    known = ("lake", "writer", "engine", "formats", "channels", "title", "holes", "tokens", "exclude")
    _only_known(content, (*known, "organizations"), str(path))
    lake = _text(content, "lake", str(path))
    tables = _table(content, "formats", str(path))
    return CensusToml(
        lake=path.parent / Path(lake).expanduser() if lake else None,
        writer=_text(content, "writer", str(path)),
        engine=_text(content, "engine", str(path)),
        formats=tuple(_format_table(name, _table(tables, name, f"{path}: formats"), path) for name in tables),
        channels=_channels(content, str(path)),
        title=_text(content, "title", str(path)) or "",
        holes=_holes(content, str(path)),
        machines=_machines(content, path),
        exclude=_texts(content, "exclude", str(path)),
        organizations=_organizations(content, path),
    )


def _holes(content: Mapping[str, object], place: str) -> tuple[Hole, ...]:
    """Return the declared holes: ``[[holes]]`` with ``since``, ``until`` and ``reason``."""
    listed = content.get("holes", [])
    if not isinstance(listed, list) or not all(isinstance(table, dict) for table in listed):
        raise CensusError(f"{place}: holes must be a list of tables: write each as [[holes]]")
    return tuple(_hole(table, f"{place}: holes {position}") for position, table in enumerate(listed, start=1))


def _hole(table: Mapping[str, object], place: str) -> Hole:
    _only_known(table, ("since", "until", "reason"), place)
    since, until = _day(table, "since", place), _day(table, "until", place)
    if since is None:
        raise CensusError(f"{place}: since is missing: write the first day without a log, since = 2024-01-31")
    if until is not None and until < since:
        raise CensusError(f"{place}: until is before since: write the last day without a log")
    return Hole(since, until or since, _text(table, "reason", place) or "")


def _day(table: Mapping[str, object], key: str, place: str) -> date | None:
    value = table.get(key)
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    raise CensusError(f"{place}: {key} must be a day: write it without quotes, {key} = 2024-01-31")


def _channels(content: Mapping[str, object], place: str) -> tuple[str, ...] | None:
    """Return the channels that may be named; a channel at the root of the repository has no name."""
    if "channels" not in content:
        return None
    channels = tuple(name.strip("/") for name in _texts(content, "channels", place))
    if not channels or not all(channels):
        raise CensusError(
            f'{place}: channels must name the channels of the repository: write ["pkgs/main", "conda-forge"]'
        )
    return channels


def _machines(content: Mapping[str, object], path: Path) -> bool:
    tokens, place = _table(content, "tokens", str(path)), f"{path}: tokens"
    _only_known(tokens, ("machines",), place)
    value = tokens.get("machines", False)
    if not isinstance(value, bool):
        raise CensusError(f"{place}: machines must be true or false: write it without quotes")
    return value


def _organizations(content: Mapping[str, object], path: Path) -> tuple[tuple[str, str], ...]:
    """Return the name and the token of each organisation; no message quotes a token."""
    table, place = _table(content, "organizations", str(path)), f"{path}: organizations"
    found: dict[str, str] = {}
    for number, (name, value) in enumerate(table.items(), start=1):
        # If an operator swaps both sides, the name is a token, so it is not quoted either.
        if not name.strip() or not name.isprintable() or len(name) > _NAME_MAX:
            raise CensusError(
                f"{place}: name {number} is no name: write one line of 1 to {_NAME_MAX} letters"
            )
        token = value.removeprefix("o/") if isinstance(value, str) else ""
        if not _ORGANIZATION.fullmatch(token):
            raise CensusError(
                f"{place}: entry {number} has no token of an organisation: write what stands behind o/ in "
                'the User-Agent, 1 to 36 letters, digits, _ and -, as name = "TOKEN"'
            )
        if token in found.values():
            raise CensusError(f"{place}: entry {number} has the token of another entry: remove one of them")
        found[name] = token
    return tuple(found.items())


def _format_table(name: str, table: Mapping[str, object], path: Path) -> FormatTable:
    place = f"{path}: formats.{name}"
    if not _NAME.fullmatch(name) or name == "auto":
        raise CensusError(
            f"{place}: the name of a format must be 1 to 64 lower-case letters, digits, dots, dashes or "
            "underscores, and not auto: give it another"
        )
    _only_known(table, (*_KINDS, "address", "other", "sample_rate"), place)
    kinds = [kind for kind in _KINDS if kind in table]
    if len(kinds) > 1:
        raise CensusError(f"{place}: says both {kinds[0]} and {kinds[1]}: make a format of each")
    columns = _table(table, "json", place)
    return FormatTable(
        name=name,
        place=place,
        nginx=_text(table, "nginx", place),
        apache=_text(table, "apache", place),
        json={column: _keys(columns, column, f"{place}.json") for column in columns}
        if "json" in table
        else None,
        cloudfront_realtime=_texts(table, "cloudfront-realtime", place) or None,
        address=_text(table, "address", place),
        other=_texts(table, "other", place),
        sample_rate=_share(table, "sample_rate", place),
    )


def _said_safely(message: str) -> str:
    if _QUOTES_NOTHING.fullmatch(message):
        return f": {message}"
    where = _PLACE.search(message)
    return f" {where[0]}" if where else ""


def _only_known(table: Mapping[str, object], known: tuple[str, ...], place: str) -> None:
    for key in table:
        if key not in known:
            raise CensusError(f"{place}: unknown key {key}: correct it, or use one of {', '.join(known)}")


def _table(table: Mapping[str, object], key: str, place: str) -> Mapping[str, object]:
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise CensusError(f"{place}: {key} must be a table: write it as [{key}] or {{ … }}")
    return value


def _text(table: Mapping[str, object], key: str, place: str) -> str | None:
    value = table.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        raise CensusError(f"{place}: {key} must be a text: write it in quotes")
    return value


def _texts(table: Mapping[str, object], key: str, place: str) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise CensusError(f'{place}: {key} must be a list of texts: write it as ["…", "…"]')
    return tuple(value)


def _keys(table: Mapping[str, object], column: str, place: str) -> tuple[str, ...]:
    """Return the keys in ``"request.headers"``, or ``["request", "headers"]`` if a key contains a dot."""
    value = table[column]
    if isinstance(value, str) and value:
        return tuple(value.split("."))
    keys = value if isinstance(value, list) else []
    if not keys or not all(isinstance(key, str | int) and not isinstance(key, bool) for key in keys):
        raise CensusError(
            f'{place}: {column} must name a key: write it as "key", "outer.inner" or ["outer", "in.ner"]'
        )
    return tuple(str(key) for key in keys)


def _share(table: Mapping[str, object], key: str, place: str) -> float | None:
    value = table.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
        raise CensusError(f"{place}: {key} must be a number above 0 and up to 1: write 0.05 for 5 %")
    return float(value)
