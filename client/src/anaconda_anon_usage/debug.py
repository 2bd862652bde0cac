"""What did the plug-in do, for the person who asks with ``ANACONDA_ANON_USAGE_DEBUG=1``?"""

from __future__ import annotations

import os
import sys

VARIABLE = "ANACONDA_ANON_USAGE_DEBUG"


def explain(message: str, *values: object) -> None:
    """Write one line to standard error if the person asked for it. Never a token, and never an exception."""
    if os.environ.get(VARIABLE, "0") in ("", "0"):
        return
    try:
        sys.stderr.write("anaconda-anon-usage: " + message % values + "\n")
    except Exception:  # noqa: S110  a closed or broken standard error is no reason to stop conda
        pass
