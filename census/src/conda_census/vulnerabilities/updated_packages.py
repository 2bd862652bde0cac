"""Which packages does conda update by itself, so that their healing says nothing of other packages?"""

from __future__ import annotations

from typing import Literal

__all__ = ["AUTOMATIC", "PackageClass", "package_class"]

PackageClass = Literal["automatic", "ordinary"]

#: What conda brings up to date at every change of an environment (``aggressive_update_packages``, as conda
#: sets it in ``conda/base/constants.py``).
AUTOMATIC = frozenset({"ca-certificates", "certifi", "openssl"})


def package_class(name: str) -> PackageClass:
    """A package is compared with those of its class alone."""
    return "automatic" if name in AUTOMATIC else "ordinary"
