"""Grouping of the requests of a buffer into visits, and the purpose of each request.

A *visit* is the requests of one user agent in one session. Without a session token it is the requests of one
user agent from one address within one hour.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from conda_census.ingest.decoding import DecodedTexts
from conda_census.ingest.sort_order import as_one_number

__all__ = ["marked_requests"]

Numbers = npt.NDArray[np.int64]

_HOUR_US = 3_600_000_000

_PATH_MARKS = """
    kind IN ('package', 'installer') AS is_delivery, kind = 'index' AS is_index,
    kind = 'heartbeat' AS is_heartbeat, kind = 'other' AS is_other
"""

_USER_AGENT_MARKS = "session_token IS NULL AS is_folded, is_malformed, has_unknown_token"


def marked_requests(decoded: DecodedTexts, requests: pa.Table) -> pa.Table:
    """Return the requests of a buffer with the fields of their path and user agent, looked up by number.

    The added columns are: visit (numbers from 0 on), is_delivery, is_index, is_heartbeat, is_other,
    is_malformed, has_unknown_token.
    """
    path, user_agent = requests["path_id"].to_numpy(), requests["user_agent_id"].to_numpy()
    paths = decoded.artifacts.order("path_id").project(_PATH_MARKS).fetchnumpy()
    user_agents = decoded.user_agents.order("user_agent_id").project(_USER_AGENT_MARKS).fetchnumpy()
    is_folded = user_agents.pop("is_folded")
    columns = {name: marks[path] for name, marks in paths.items()}
    columns |= {name: marks[user_agent] for name, marks in user_agents.items()}
    columns["is_delivery"] &= requests["is_get"].to_numpy()
    columns["visit"] = _visits(requests, is_folded)
    for name, values in columns.items():
        requests = requests.append_column(name, pa.array(values))
    return requests


def _visits(requests: pa.Table, is_folded: npt.NDArray[np.bool_]) -> Numbers:
    """Return the number of each request's visit; ``is_folded`` marks the user agents without a session."""
    user_agent = requests["user_agent_id"].to_numpy()
    of_session = np.zeros(len(is_folded), dtype=bool)
    of_session[user_agent] = True
    of_session &= ~is_folded
    visits: Numbers = (np.cumsum(of_session) - 1)[user_agent]
    folded = np.flatnonzero(is_folded[user_agent])
    if len(folded):
        hour = requests["time"].to_numpy().astype("datetime64[h]").astype(np.int64)[folded]
        keys = as_one_number(user_agent[folded], requests["address_id"].to_numpy()[folded], hour)
        visits[folded] = int(of_session.sum()) + np.unique(keys, return_inverse=True)[1]
    return visits
