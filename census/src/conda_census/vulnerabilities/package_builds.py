"""What is a build of a conda package?"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Build"]


class Build(NamedTuple):
    """One build of a package, as it lies in a channel. The extension does not matter.

    ``channel`` is named as in the lake, such as ``pkgs/main``; ``build`` is the build string.
    ``build_number`` is None if neither an imported repodata nor the build string tells it.
    """

    channel: str
    subdir: str
    name: str
    version: str
    build: str
    build_number: int | None
