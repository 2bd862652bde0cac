"""True class of each installation, by the rules of the methods, from what was seen of it."""

from __future__ import annotations

from typing import TypedDict

import numpy as np
import numpy.typing as npt

from conda_census.simulate.traffic import DAY_S

__all__ = ["COPIED", "ByClass", "Seconds", "classes", "count_classes"]

#: A token seen under this many installations was copied.
COPIED = 3
_BRIEF_S = 3600
_NEW_DAYS = 7
_LASTING, _EPHEMERAL, _IMAGE, _NEW = range(4)

Classes = npt.NDArray[np.int8]
Seconds = npt.NDArray[np.int32]


class ByClass(TypedDict):
    """Number of installations in each class of the methods."""

    lasting: int
    ephemeral: int
    image: int
    new: int


def classes(is_image: npt.NDArray[np.bool_], first_s: Seconds, last_s: Seconds, day: int) -> Classes:
    """Return the class of each at the end of a day, from when it was first and last seen until then."""
    is_brief = last_s - first_s <= _BRIEF_S
    is_recent = first_s // DAY_S > day - _NEW_DAYS
    of_brief = np.where(is_recent, _NEW, _EPHEMERAL)
    return np.where(is_image, _IMAGE, np.where(is_brief, of_brief, _LASTING)).astype(np.int8)


def count_classes(of: Classes) -> ByClass:
    """Count the installations of each class."""
    lasting, ephemeral, image, new = np.bincount(of, minlength=4).tolist()
    return ByClass(lasting=lasting, ephemeral=ephemeral, image=image, new=new)
