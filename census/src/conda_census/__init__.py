"""Census of the conda installations that use a repository, from its access logs.

It counts installations and environments.
"""

from __future__ import annotations

__all__ = ["__version__"]

#: The build reads it too. (Asking the installed distribution takes each command a tenth of a second.)
__version__ = "0.1.0"
