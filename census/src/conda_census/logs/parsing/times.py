"""Parsers for times, as programs write them into logs

DuckDB's own time parsers are lenient: they accept a zone of ``+2545`` and a day of one digit. Therefore each
time is matched as a whole first, and parsed after that. A time is parsed correctly or not at all.
"""

from __future__ import annotations

import re

__all__ = [
    "TIME_SHAPE",
    "any_time",
    "bracketed_time",
    "templated_time",
    "utc_time",
]

#: Shape of a time in brackets, valid or not, which distinguishes the lines of a format from others.
TIME_SHAPE = r"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d (?:[+-]\d\d:?\d\d|Z)"

_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_DAY = "(?:0[1-9]|[12][0-9]|3[01])"
_MONTH = "(?:0[1-9]|1[0-2])"
_HOUR = "(?:[01][0-9]|2[0-3])"
_SIXTY = "[0-5][0-9]"
_CLOCK = f"{_HOUR}:{_SIXTY}:{_SIXTY}"
#: No place on earth is further than 14 hours from UTC. The fast parsers of regular lines use the same limit.
_ZONE_HOUR = "[+-](?:0[0-9]|1[0-4])"

_BRACKETED = f"{_DAY}/(?:{_MONTHS})/[0-9]{{4}}:{_CLOCK} (?:{_ZONE_HOUR}:?{_SIXTY}|Z)"

#: Date, clock and fraction of RFC 3339 and similar formats, in groups. Go's ``2006/01/02 15:04:05`` is one.
_DATE = f"([0-9]{{4}})(?:-({_MONTH})-|/({_MONTH})/)({_DAY})"
_LOCAL = rf"{_DATE}[T ]({_CLOCK})(?:(\.[0-9]{{1,6}})[0-9]*)?"
_CANONICAL = r"\1-\2\3-\4 \5\6"
_UTC = "(?: ?(?:Z|UTC|GMT))?"

#: A Unix time: its sign, its whole units, and its fraction of a unit.
_NUMBER = r"(-?)([0-9]{1,19})(?:\.([0-9]{1,18}))?"
#: Maximum number of digits of the whole units of a Unix time in seconds, milliseconds and microseconds.
_SECONDS_DIGITS, _MILLISECONDS_DIGITS, _MICROSECONDS_DIGITS = 11, 14, 17

#: Pattern of the values that each directive of ``strptime`` may parse.
_DIRECTIVES = {
    "%Y": "[0-9]{4}",
    "%y": "[0-9]{2}",
    "%m": _MONTH,
    "%d": _DAY,
    "%H": _HOUR,
    "%I": "(?:0[1-9]|1[0-2])",
    "%M": _SIXTY,
    "%S": _SIXTY,
    "%z": f"{_ZONE_HOUR}{_SIXTY}",
    "%b": f"(?:{_MONTHS})",
    "%B": "(?:January|February|March|April|May|June|July|August|September|October|November|December)",
    "%a": "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)",
    "%A": "(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)",
    "%p": "[AP]M",
    "%j": "(?:00[1-9]|0[1-9][0-9]|[12][0-9]{2}|3[0-5][0-9]|36[0-6])",
    "%g": "[0-9]{3}",
    "%f": "[0-9]{6}",
    "%%": "%",
}


def bracketed_time(text: str) -> str:
    """Return SQL for a time that web servers write as ``10/Oct/2000:13:55:36 -0700``; null if it is invalid.

    A zone of ``-07:00`` or ``Z`` is parsed too, because log shippers write these.
    """
    # The zone follows the last blank. With its colon removed, DuckDB parses all zones alike.
    plain = rf"regexp_replace(replace({text}, ' Z', ' +0000'), ':([0-9]{{2}})$', '\1')"
    return f"""
        if(regexp_full_match({text}, '{_BRACKETED}'),
           try_strptime(
               if(substr({text}, -5, 1) IN ('+', '-'), {text}, {plain}), '%d/%b/%Y:%H:%M:%S %z'), NULL)
    """


def any_time(text: str) -> str:
    """Return SQL for a time in RFC 3339, in a Unix time of any unit, or as above; null if it is invalid.

    A Unix time is in seconds, milli-, micro- or nanoseconds, as its size shows. A time without a zone is in
    UTC. Digits beyond microseconds are cut off.
    """
    return rf"""
        CASE WHEN regexp_full_match({text}, '{_NUMBER}') THEN {_unix_time(text)}
             WHEN regexp_full_match({text}, '{_LOCAL}{_UTC}') THEN {_of_local(text, "'+00:00'")}
             WHEN regexp_full_match({text}, '{_LOCAL} ?{_ZONE_HOUR}(?::?{_SIXTY})?')
             THEN {_of_local(text, _zone(text))}
             ELSE {bracketed_time(text)} END
    """


def utc_time(text: str) -> str:
    """Return SQL for a date and a clock in UTC, ``2024-01-16 23:53:20``; null if they are invalid."""
    shape = f"[0-9]{{4}}-{_MONTH}-{_DAY} {_CLOCK}"
    return f"if(regexp_full_match({text}, '{shape}'), try_cast(({text}) || '+00:00' AS TIMESTAMPTZ), NULL)"


def templated_time(text: str, form: str) -> str:
    """Return SQL for a time written with ``form``, a ``strftime`` format; null if it is invalid."""
    parts = re.findall("%.?|[^%]+", form)
    shape = "".join(_DIRECTIVES.get(part, re.escape(part)) for part in parts)
    return f"if(regexp_full_match({text}, '{_quoted(shape)}'), try_strptime({text}, '{_quoted(form)}'), NULL)"


def _unix_time(text: str) -> str:
    """Return SQL for a Unix time, from its digits: as a floating-point number it would not be exact."""
    # Leading zeros would move the unit.
    units = rf"ltrim(regexp_extract({text}, '{_NUMBER}', 2), '0')"
    fraction = f"rpad(regexp_extract({text}, '{_NUMBER}', 3), 6, '0')"
    microseconds = f"""
        CASE WHEN length({units}) <= {_SECONDS_DIGITS} THEN {units} || {fraction}
             WHEN length({units}) <= {_MILLISECONDS_DIGITS} THEN {units} || left({fraction}, 3)
             WHEN length({units}) <= {_MICROSECONDS_DIGITS} THEN {units}
             ELSE left({units}, -3) END
    """
    sign = rf"regexp_extract({text}, '{_NUMBER}', 1)"
    return f"make_timestamptz(try_cast({sign} || ({microseconds}) AS BIGINT))"


def _of_local(text: str, zone: str) -> str:
    return rf"try_cast(regexp_replace({text}, '^{_LOCAL}.*$', '{_CANONICAL}') || {zone} AS TIMESTAMPTZ)"


def _zone(text: str) -> str:
    """Return SQL for the offset at the end of a text, as ``-07:00``."""
    digits = f"replace(regexp_extract({text}, '{_ZONE_HOUR}(?::?{_SIXTY})?$'), ':', '')"
    return f"left({digits}, 3) || ':' || rpad(substr({digits}, 4), 2, '0')"


def _quoted(text: str) -> str:
    return text.replace("'", "''")
