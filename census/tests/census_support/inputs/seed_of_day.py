"""Which share of a long test runs today? Another each day, or that which ``CENSUS_FUZZ_SEED`` names."""

from __future__ import annotations

import os
from datetime import date

__all__ = ["seed_of_day"]


def seed_of_day() -> int:
    """Return a number that is the same all day; tests print it when they fail, so that it can be named."""
    named = os.environ.get("CENSUS_FUZZ_SEED")
    return int(named) if named else date.today().toordinal()  # noqa: DTZ011 (any day will do)
