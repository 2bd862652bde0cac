"""How many conda installations and environments use a repository, from its access logs."""

from __future__ import annotations

__all__ = ["__version__"]

#: Read by the build too. (To ask the installed distribution takes each command a tenth of a second.)
__version__ = "0.1.0"
