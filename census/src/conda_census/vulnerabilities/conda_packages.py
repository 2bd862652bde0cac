"""Conda packages: a build of one, and the class of those that conda updates automatically."""

from __future__ import annotations

from typing import Literal, NamedTuple

__all__ = ["AUTOMATIC", "Build", "PackageClass", "package_class"]


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


PackageClass = Literal["automatic", "ordinary"]

#: What conda brings up to date at every change of an environment (``aggressive_update_packages``, as conda
#: sets it in ``conda/base/constants.py``).
AUTOMATIC = frozenset({"ca-certificates", "certifi", "openssl"})


def package_class(name: str) -> PackageClass:
    """A package is compared with those of its class alone."""
    return "automatic" if name in AUTOMATIC else "ordinary"
