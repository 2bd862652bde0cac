"""How many conda installations and environments use a repository, from its access logs."""

from __future__ import annotations

from importlib.metadata import version

__all__ = ["__version__"]

__version__ = version("conda-census")
