"""Filter for requests with plain addresses, which checks each distinct address once"""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc

from conda_census.logs.fast.request_columns import Requests
from conda_census.logs.parsing.addresses import PLAIN_ADDRESS

__all__ = ["of_plain_addresses"]

_PLAIN = f"^{PLAIN_ADDRESS}$"


def of_plain_addresses(requests: Requests, absent: str | None = None) -> Requests:
    """Return the requests with a plain address, or with ``absent``, which means that the log has none."""
    distinct = requests.address.dictionary
    is_plain = pc.match_substring_regex(distinct, _PLAIN)
    if absent is not None:
        is_plain = pc.or_(is_plain, pc.equal(distinct, absent))
    plain = np.asarray(is_plain.to_numpy(zero_copy_only=False), dtype=bool)
    return requests if plain.all() else requests.select(plain[requests.address.indices.to_numpy()])
