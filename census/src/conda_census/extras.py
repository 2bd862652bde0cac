"""Extras of the distribution: parts of the census that need libraries of their own.

Ingest and the usage report, in the terminal and as JSON, need no extra. ``logs.sources.objects`` checks the
extra ``cloud`` when it opens a bucket, and ``engines.choice`` the extra ``spark`` when it starts that engine.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Literal

from conda_census.errors import CensusError

__all__ = ["MissingExtraError", "expect_extra"]

Extra = Literal["advisories", "charts"]

#: The modules of the libraries of each extra.
_MODULES: dict[Extra, tuple[str, ...]] = {
    "advisories": ("cvss", "packageurl", "rattler", "yaml"),
    "charts": ("altair", "jinja2", "markupsafe", "vl_convert"),
}
_PARTS: dict[Extra, str] = {
    "advisories": "advisories and exposure",
    "charts": "charts and pages",
}


class MissingExtraError(CensusError):
    """A part of the census whose libraries are not installed."""

    def __init__(self, extra: Extra) -> None:
        super().__init__(
            f"{_PARTS[extra]} need libraries that are not installed: pip install 'conda-census[{extra}]'"
        )


def expect_extra(extra: Extra) -> None:
    """Check before the work that the libraries of an extra are installed, without importing them.

    Raises:
        MissingExtraError: one is not installed.
    """
    if any(find_spec(module) is None for module in _MODULES[extra]):
        raise MissingExtraError(extra)
