"""Lines of a log for requests, in the format of its server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time
from functools import lru_cache
from string import Formatter
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from conda_census.simulate.chance import tokens
from conda_census.simulate.day_requests import Requests, texts
from conda_census.simulate.log_formats import WrittenFormat
from conda_census.simulate.traffic import DAY_S, HUNG_UP

__all__ = ["GARBAGE", "lines_of"]

Rows = npt.NDArray[np.int64]
Column = Callable[[Rows], pa.LargeStringArray]

#: Lines that are no request, in any format.
GARBAGE = ("\x16\x03\x01\x02", "-", '192.0.2.1 - - [not a time] "GET / HTTP/1.1" 200 1 "-" "-"')
#: This many lines are made at once: few enough for the caches of a processor.
_BLOCK = 1 << 15
_LINES_A_DAY_MAX = 1 << 40
_STATUSES = 600


def lines_of(requests: Requests, rows: Rows, log_format: WrittenFormat, seed: int) -> Iterator[bytes]:
    """Yield the lines of some rows with their line ends, many at once.

    Args:
        requests: the requests of a day.
        rows: the selected rows, in order.
        log_format: the format of the lines; ``_columns`` names the parts that one may have.
        seed: the seed of the scenario.
    """
    pieces = [*Formatter().parse(requests.day.strftime(log_format.line) + "\n")]
    columns = _columns(requests, log_format, {name for _, name, _, _ in pieces if name is not None}, seed)
    garbage = texts([line + "\n" for line in GARBAGE])
    for begin in range(0, len(rows), _BLOCK):
        block = rows[begin : begin + _BLOCK]
        parts = []
        for text, name, _, _ in pieces:
            parts += [pa.scalar(text, pa.large_string())] if text else []
            parts += [columns[name](block)] if name is not None else []
        lines = pc.binary_join_element_wise(*parts, pa.scalar("", pa.large_string()))
        sender = requests.sender[block]
        if (sender < 0).any():
            places = np.where(sender < 0, len(block) + (-1 - sender) % len(GARBAGE), np.arange(len(block)))
            lines = pa.concat_arrays([lines, garbage]).take(pa.array(places))
        yield _bytes(lines)


def _columns(requests: Requests, log_format: WrittenFormat, names: set[str], seed: int) -> dict[str, Column]:
    """Return for each part of a line a function that makes it from rows."""
    midnight_s = int(datetime.combine(requests.day, time(), UTC).timestamp())
    # A line without a sender is made as if the first one had sent it, and then replaced.
    sender, clock = np.maximum(requests.sender, 0), _clock()
    statuses = [f"{status:03}" for status in range(_STATUSES)]
    statuses[HUNG_UP] = f"{log_format.hung_up:03}"
    user_agents = requests.user_agents
    blank = {"encoded_user_agent": "%20", "plus_user_agent": "+"}
    if others := names & blank.keys():
        user_agents = pc.replace_substring(user_agents, " ", blank[others.pop()])

    def taken(values: pa.LargeStringArray, places: npt.NDArray[np.int32]) -> Column:
        return lambda rows: values.take(pa.array(places[rows]))

    def request_ids(rows: Rows) -> pa.LargeStringArray:
        return tokens(seed, "request", requests.number * _LINES_A_DAY_MAX + rows)

    made: dict[str, Column] = {
        "address": taken(requests.addresses, sender),
        "clock": taken(clock, requests.second),
        "epoch": lambda rows: _written(midnight_s + requests.second[rows]),
        "path": taken(requests.paths, requests.path),
        "key": taken(pc.utf8_slice_codeunits(requests.paths, 1), requests.path),
        "status": taken(texts(statuses), requests.status),
        "bytes": lambda rows: _written(requests.size_bytes[rows]),
        "user_agent": taken(user_agents, sender),
        "encoded_user_agent": taken(user_agents, sender),
        "plus_user_agent": taken(user_agents, sender),
        "request_id": request_ids,
    }
    return {name: made[name] for name in names}


def _written(numbers: npt.NDArray[np.signedinteger[Any]]) -> pa.LargeStringArray:
    return pa.array(numbers).cast(pa.large_string())


def _bytes(lines: pa.LargeStringArray) -> bytes:
    """Return all lines in sequence, as they lie in memory."""
    _, offsets, content = lines.buffers()
    begin, end = np.frombuffer(offsets, dtype=np.int64)[[lines.offset, lines.offset + len(lines)]]
    return bytes(memoryview(content)[begin:end])


@lru_cache(maxsize=1)
def _clock() -> pa.LargeStringArray:
    """Return the time of each second of a day."""
    return texts([f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}" for second in range(DAY_S)])
