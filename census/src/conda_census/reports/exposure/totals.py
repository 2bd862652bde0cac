"""Totals of an exposure, grouped to fit into a chart."""

from __future__ import annotations

from collections import Counter

from conda_census.exposure.assessment_schema import BandKeys, Exposure, StillDownloadedRow
from conda_census.reports.render.numbers import NOT_SAID, plain

__all__ = ["bands_by_class", "downloads_by_version"]

_MOST_VERSIONS = 12
_MOST_TOOLS = 4


def bands_by_class(exposure: Exposure) -> dict[str, BandKeys]:
    """Return the band of each class that may have exposed environments, and of all."""
    by_class = exposure["by_class"]
    found: dict[str, BandKeys] = {
        "lasting": by_class["lasting"],
        "ephemeral": by_class["ephemeral"],
        "image": by_class["image"],
        "new": by_class["new"],
    }
    there = {name: band for name, band in found.items() if band["high"] or band["observed"]}
    return there | {"all": exposure["exposed"]}


def downloads_by_version(exposure: Exposure) -> dict[str, dict[str, int]]:
    """Return downloads by package and version, then by tool; most first, the smallest grouped.

    Unknown downloads are left out.
    """
    rows = [(row, row["downloads"]) for row in exposure["still_downloaded"] if row["downloads"] is not None]
    versions: Counter[str] = Counter()
    tools: Counter[str] = Counter()
    for row, downloads in rows:
        versions[_version(row)] += downloads
        tools[_tool(row)] += downloads
    bars = _called(versions, _MOST_VERSIONS, "other versions")
    parts = _called(tools, _MOST_TOOLS, "other tools")
    found = {bar: dict.fromkeys(parts.values(), 0) for bar in bars.values()}
    for row, downloads in rows:
        found[bars[_version(row)]][parts[_tool(row)]] += downloads
    return found


def _called(numbers: Counter[str], most: int, others: str) -> dict[str, str]:
    """Return the label of each, most first: its own, or that of the others beyond the first ``most``."""
    ordered = [name for name, _ in sorted(numbers.items(), key=lambda each: (-each[1], each[0]))]
    alone = ordered if len(ordered) <= most else ordered[: most - 1]
    return {name: name if name in alone else others for name in ordered}


def _version(row: StillDownloadedRow) -> str:
    return plain(f"{row['name']} {row['version']}")


def _tool(row: StillDownloadedRow) -> str:
    return plain(row["tool"] or NOT_SAID)
