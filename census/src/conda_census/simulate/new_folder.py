"""Is there a new or empty folder to write into?"""

from __future__ import annotations

from pathlib import Path

from conda_census.errors import CensusError

__all__ = ["make_new_folder"]


def make_new_folder(folder: Path, option: str) -> None:
    """Make the folder that an option names.

    Raises:
        CensusError: the folder holds something, or cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held = next(folder.iterdir(), None)
    except OSError as error:
        raise CensusError(
            f"{folder}: cannot be written ({error.strerror}): choose another {option}"
        ) from None
    if held:
        raise CensusError(f"{folder}: not empty (it holds {held.name}): name a new folder with {option}")
