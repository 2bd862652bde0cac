"""Conda packages: a build of one, and the class of those that conda updates automatically."""

from __future__ import annotations

from typing import Literal, NamedTuple

__all__ = ["AUTOMATIC", "Build", "PackageClass", "package_class"]


class Build(NamedTuple):
    """One build of a package in a channel, whatever its file extension.

    Attributes:
        channel: its name in the lake, such as ``pkgs/main``.
        build: the build string.
        build_number: None if neither an imported repodata nor the build string has it.
    """

    channel: str
    subdir: str
    name: str
    version: str
    build: str
    build_number: int | None


PackageClass = Literal["automatic", "ordinary"]

#: Packages that conda updates at every change of an environment (``aggressive_update_packages``, as conda
#: sets it in ``conda/base/constants.py``).
AUTOMATIC = frozenset({"ca-certificates", "certifi", "openssl"})


def package_class(name: str) -> PackageClass:
    """Return the class of a package. Remediation is compared only within a class."""
    return "automatic" if name in AUTOMATIC else "ordinary"
