"""Rules that turn the values found in a line into raw columns, or into a reason to drop the line"""

from __future__ import annotations

from collections.abc import Mapping

from conda_census.logs.blocks import MAX_LINE_BYTES
from conda_census.logs.parsing.addresses import client_address
from conda_census.logs.possible_times import EARLIEST_TIME, LATEST_TIME

__all__ = [
    "FOUND",
    "drop_decision",
    "found",
    "has_no_size",
    "is_blank",
    "percent_decoded",
    "raw_columns",
    "sent_range",
    "size_number",
    "status_number",
]

#: Maximum size of an answer: no server writes a larger number, and sums of larger ones would overflow.
_MAX_BYTES = 10**12


def is_blank(line: str) -> str:
    """Return SQL, true for a blank line. DuckDB's ``trim`` of several characters is ten times slower."""
    return rf"regexp_full_match({line}, '[ \t\r\n]*')"


def status_number(text: str) -> str:
    """Return SQL for a status of three digits, 0 if the client got no answer; null if it is not a status.

    nginx, CloudFront and load balancers write ``000`` or ``0`` for a client that was gone before the first
    byte of an answer, Apache and Traefik write ``-``. A server that knows more says so: 499 (nginx: the
    client hung up), 444 (nginx: the server did) and 460 (AWS) are statuses like any other, for requests that
    downloaded nothing.
    """
    return f"""
        CASE WHEN {text} IN ('000', '0', '-') THEN 0::SMALLINT
             WHEN regexp_full_match({text}, '[0-9]{{3}}') THEN try_cast({text} AS SMALLINT) END
    """


def size_number(text: str) -> str:
    """Return SQL for a size in bytes, a whole number; null if there is none or the text is not a size."""
    return f"if(regexp_full_match({text}, '[0-9]{{1,13}}'), try_cast({text} AS BIGINT), NULL)"


def has_no_size(text: str) -> str:
    """Return SQL that is true if a line has no size. Such a line counts with 0 bytes."""
    return f"coalesce({text}, '-') IN ('-', '')"


def _is_impossible(time: str) -> str:
    """Return SQL that is true if no log can hold this time, whenever the log is read."""
    return f"({time} < '{EARLIEST_TIME}'::TIMESTAMPTZ OR {time} >= '{LATEST_TIME}'::TIMESTAMPTZ)"


#: ``texts``: each line without its end; null if it is too long to be inspected.
_TEXTS = rf"""
    SELECT line_number, {is_blank("line")} AS is_blank,
           strlen(line) > {MAX_LINE_BYTES} AS is_too_long,
           if(is_too_long, NULL, regexp_replace(line, '[\r\n]+$', '')) AS text
    FROM lines
"""

#: Values that a format may find in a line, besides the line's number.
FOUND = (
    "reason",
    "time",
    "method",
    "path",
    "status",
    "bytes",
    "user_agent",
    "address",
    "request_id",
    "host",
    "range",
)

_TYPED = f"""
    SELECT * REPLACE (
               {status_number("status")} AS status,
               {size_number("bytes")} AS bytes,
               coalesce(nullif(user_agent, ''), '-') AS user_agent,
               _ADDRESS_ AS address,
               if(request_id IN ('', '-'), NULL, request_id) AS request_id,
               if(host IN ('', '-'), NULL, host) AS host,
               if(regexp_full_match(range, '[0-9]{{1,18}}-[0-9]{{1,18}}'), range, NULL) AS range
           ),
           {has_no_size("bytes")} AS has_no_bytes
    FROM found
"""


def raw_columns(found_in_texts: str, *, host_names: bool = False) -> str:
    """Return SQL for the raw columns, from the SQL with which a format finds them in each line.

    That SQL selects ``found(…)`` from a relation made of ``texts(line_number, is_blank, is_too_long, text)``.
    If ``host_names`` is true, the name of a host is also an address.
    """
    typed = _TYPED.replace("_ADDRESS_", client_address("address", host_names=host_names))
    return (
        f"WITH texts AS ({_TEXTS}), found AS ({found_in_texts}), typed AS ({typed}) {drop_decision('typed')}"
    )


def drop_decision(typed: str) -> str:
    """Return SQL for the raw columns, from a relation with one row for each line.

    This is the only place that decides which line is dropped, and for which reason. If several reasons apply,
    the first one in this order counts. The relation has these columns:

    - ``line_number, is_blank, is_too_long``,
    - ``reason``: why the format itself drops the line (a ``DropReason``), or null,
    - ``time`` (TIMESTAMPTZ), null if the line has none that exists,
    - ``status``: see :func:`status_number`; ``bytes, has_no_bytes``: see :func:`size_number`,
    - ``address``: null if it is not valid, ``-`` if the log has none; ``user_agent``, ``-`` likewise,
    - ``method, path, request_id, host, range`` as text, null if the line does not have them.
    """
    return f"""
        SELECT line_number,
               CASE WHEN is_blank THEN 'blank'
                    WHEN is_too_long THEN 'too_long'
                    WHEN reason IS NOT NULL THEN reason
                    WHEN status IS NULL OR NOT coalesce(bytes <= {_MAX_BYTES}, has_no_bytes)
                         OR address IS NULL
                    THEN 'not_in_format'
                    WHEN time IS NULL THEN 'no_time'
                    WHEN {_is_impossible("time")} THEN 'impossible_time'
                    WHEN status = 0 THEN 'no_answer'
                    WHEN NOT coalesce(regexp_full_match(method, '[A-Z]{{1,20}}'), false)
                         OR coalesce(path, '') = '' THEN 'no_request'
               END AS dropped,
               time, method, path, status, coalesce(bytes, 0) AS bytes, user_agent, address,
               request_id, host, range
        FROM {typed}
    """


def found(columns: Mapping[str, str], relation: str) -> str:
    """Return SQL that selects from a relation, which must have kept all columns of ``texts`` but the last,

    - ``reason``: why the format itself drops the line (a ``DropReason``), or null,
    - ``time`` (TIMESTAMPTZ), null if the line has none that exists,
    - ``method, path, status, bytes, user_agent, address, request_id, host, range`` as text, null if the line
      does not have them. A line without a ``status_number``, or with an invalid ``address`` (see
      ``addresses``), is not in the format.

    ``columns`` holds an expression for each of these that the format has.
    """
    unknown = columns.keys() - set(FOUND)
    assert not unknown, unknown  # noqa: S101 (a mistake in a format, seen by its first test)
    values = [f"{columns.get(name, 'NULL::VARCHAR')} AS {name}" for name in FOUND if name != "time"]
    time = columns.get("time", "NULL::TIMESTAMPTZ")
    return f"""
        SELECT line_number, is_blank, is_too_long, {time} AS time, {", ".join(values)} FROM {relation}
    """


def percent_decoded(text: str) -> str:
    """Return SQL for a text without its percent-encoding; kept unchanged if the result is not text."""
    return f"if(contains({text}, '%'), coalesce(try(url_decode({text})), {text}), {text})"


def sent_range(content_range: str) -> str:
    """Return SQL for ``0-99`` in a header ``Content-Range: bytes 0-99/1000``, or the unchanged value."""
    return rf"regexp_replace({content_range}, '^bytes ([0-9]+-[0-9]+)/.*$', '\1')"
