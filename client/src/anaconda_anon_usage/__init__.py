"""The version of the plug-in, and its explanations on standard error.

Both are here because each further module costs every command of conda a third of a millisecond.
"""

from __future__ import annotations

import os
import sys

__all__ = ["__version__", "explain"]

__version__ = "1.0.0.dev0"

_DEBUG = "ANACONDA_ANON_USAGE_DEBUG"


def explain(message: str, *values: object) -> None:
    """Write one line to standard error if ``ANACONDA_ANON_USAGE_DEBUG`` is set. It raises nothing.

    `message` and `values` are those of the ``%`` operator, and must not contain a token.
    """
    if os.environ.get(_DEBUG, "0") in ("", "0"):
        return
    try:
        sys.stderr.write("anaconda-anon-usage: " + message % values + "\n")
    except Exception:  # noqa: S110  a closed or broken standard error is no reason to stop conda
        pass
