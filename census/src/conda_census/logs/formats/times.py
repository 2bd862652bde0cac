"""Which moment does a time mean, as programs write it into logs?"""

from __future__ import annotations

__all__ = ["any_time", "bracketed_time"]

_SECONDS_UNTIL_5138, _MILLISECONDS_UNTIL_5138, _MICROSECONDS_UNTIL_5138 = "1e11", "1e14", "1e17"


def bracketed_time(text: str) -> str:
    """SQL for the moment that web servers write as ``10/Oct/2000:13:55:36 -0700``; null where it is none."""
    return f"try_strptime({text}, '%d/%b/%Y:%H:%M:%S %z')"


def any_time(text: str) -> str:
    """SQL for the moment in RFC 3339, in Unix seconds, milli-, micro- or nanoseconds, or as above; else null.

    Which of the Unix times it is its size tells. A time without a zone is in UTC.
    """
    number = f"try_cast({text} AS DOUBLE)"
    return rf"""
        CASE WHEN regexp_full_match({text}, '[0-9]{{1,19}}(?:\.[0-9]{{1,18}})?')
             THEN make_timestamptz(round(
                 CASE WHEN {number} < {_SECONDS_UNTIL_5138} THEN {number} * 1e6
                      WHEN {number} < {_MILLISECONDS_UNTIL_5138} THEN {number} * 1e3
                      WHEN {number} < {_MICROSECONDS_UNTIL_5138} THEN {number}
                      ELSE {number} / 1e3 END)::BIGINT)
             WHEN regexp_matches({text}, '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[T ][0-9:]+')
             THEN try_cast({text} AS TIMESTAMPTZ)
             ELSE {bracketed_time(text)} END
    """
