"""Creation of a new or empty output folder."""

from __future__ import annotations

from pathlib import Path

from conda_census.errors import CensusError

__all__ = ["make_new_folder"]


def make_new_folder(folder: Path, option: str) -> None:
    """Create the folder that an option names.

    Raises:
        CensusError: the folder is not empty, or cannot be written.
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
