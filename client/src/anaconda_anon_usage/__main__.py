"""``python -m anaconda_anon_usage``, which is the same as ``anaconda-anon-usage``."""

from __future__ import annotations

import sys

from anaconda_anon_usage.cli import main

if __name__ == "__main__":
    sys.exit(main())
