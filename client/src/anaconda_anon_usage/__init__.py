"""Which version of the plug-in is this, and what does it explain to a person who asks?

Both stand here because each module that conda has to read costs every command a third of a millisecond.
"""

from __future__ import annotations

import os
import sys

__all__ = ["__version__", "explain"]

__version__ = "1.0.0.dev0"

_DEBUG = "ANACONDA_ANON_USAGE_DEBUG"


def explain(message: str, *values: object) -> None:
    """Write one line to standard error if the person asked for it. Never a token, and never an exception."""
    if os.environ.get(_DEBUG, "0") in ("", "0"):
        return
    try:
        sys.stderr.write("anaconda-anon-usage: " + message % values + "\n")
    except Exception:  # noqa: S110  a closed or broken standard error is no reason to stop conda
        pass
