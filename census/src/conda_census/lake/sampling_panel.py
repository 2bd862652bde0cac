"""Which installations stand apart in a file, so that some of them are read without the others?

A pseudonym is evenly spread chance, so those that begin with a small byte are a random sample of all, and the
same ones on every day and in every table: a panel, as surveys call it.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

__all__ = ["PANEL_ONE_IN", "apart", "pseudonyms_below"]

#: The panel that stands apart holds one installation in so many.
PANEL_ONE_IN = 16
_PANEL, _OTHERS, _NOBODY = 0, 1, 2


def pseudonyms_below(one_in: int) -> bytes:
    """The bound below which one pseudonym in ``one_in`` lies, a power of two from 2 to 256."""
    return bytes([256 // one_in])


def apart(rows: pa.Table) -> list[pa.Table]:
    """The rows of the panel, of all other installations, and of none, each in its order; none is empty."""
    clients = rows["client"].combine_chunks()
    if not pa.types.is_dictionary(clients.type):
        clients = clients.dictionary_encode()
    bound = pseudonyms_below(PANEL_ONE_IN)
    place_of_value = [_PANEL if value < bound else _OTHERS for value in clients.dictionary.to_pylist()]
    index = clients.indices.fill_null(len(place_of_value)).to_numpy()
    place = np.array([*place_of_value, _NOBODY])[index]
    groups = [rows.filter(pa.array(place == each)) for each in (_PANEL, _OTHERS, _NOBODY)]
    return [group for group in groups if len(group)]
