"""Row groups for a random panel of installations that can be read without the others.

A pseudonym is uniformly random. So the pseudonyms that begin with a small byte are a random sample, and the
same one on every day and in every table: a panel, as surveys call it.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

__all__ = ["PANEL_ONE_IN", "pseudonyms_below", "split_row_groups"]

#: The panel holds one installation in this many.
PANEL_ONE_IN = 16
_PANEL, _OTHERS, _NOBODY = 0, 1, 2


def pseudonyms_below(one_in: int) -> bytes:
    """Return the bound below which one pseudonym in ``one_in`` lies, a power of two from 2 to 256."""
    return bytes([256 // one_in])


def split_row_groups(rows: pa.Table) -> list[pa.Table]:
    """Return the rows of the panel, of other installations, and without one, in order; drop empty groups."""
    clients = rows["client"].combine_chunks()
    if not pa.types.is_dictionary(clients.type):
        clients = clients.dictionary_encode()
    bound = pseudonyms_below(PANEL_ONE_IN)
    place_of_value = [_PANEL if value < bound else _OTHERS for value in clients.dictionary.to_pylist()]
    index = clients.indices.fill_null(len(place_of_value)).to_numpy()
    place = np.array([*place_of_value, _NOBODY])[index]
    groups = [rows.filter(pa.array(place == group)) for group in (_PANEL, _OTHERS, _NOBODY)]
    return [group for group in groups if len(group)]
