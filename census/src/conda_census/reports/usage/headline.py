"""Headline numbers of a report or an exposure in one line, repeated below a long output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conda_census.reports.render.numbers import (
    cautions,
    count,
    count_of_tokens,
    days,
    doubts_by_kind,
    percent,
)
from conda_census.reports.usage.schema import Report

if TYPE_CHECKING:  # the usage report needs no library of the extra advisories
    from conda_census.exposure.assessment_schema import Exposure

__all__ = ["exposure_headline", "report_headline"]


def report_headline(report: Report) -> str:
    """Return installations, environments, the opted-out share, downloads, and the days that they cover."""
    window, package = report.window, report.packages.name
    missing, copies = len(window.days_without_log), report.accounting.likely_copies
    unread, doubtful = report.accounting.unread_logs, report.accounting.doubtful_logs
    doubts = "; ".join(
        [
            *([f"{missing} of these days without a log"] if missing else []),
            *cautions(copies, unread, 0),
            *doubts_by_kind(doubtful),
        ]
    )
    return (
        f"{f'package {package}, ' if package else ''}"
        f"{count_of_tokens(report.installations.total, report)} installations, "
        f"{count_of_tokens(report.environments.total, report)} environments, "
        f"{percent(report.opted_out.share.value)} opted out, "
        f"{count(report.downloads.total)} downloads, {days(window)}"
        f"{f' (not exact: {doubts})' if doubts else ''}"
    )


def exposure_headline(exposure: Exposure) -> str:
    """Return how many are exposed, how many moved on and how fast, and on which day."""
    from conda_census.reports.exposure.wording import band, half_life, moved_on

    missing = len(exposure["window"].days_without_log)
    gaps = f" ({missing} days without a log)" if missing else ""
    as_of = exposure["as_of"]
    return (
        f"{exposure['advisory']['id']}: exposed environments {band(exposure['exposed'])}; moved on "
        f"{moved_on(exposure, as_of)}, half of them within {half_life(exposure, as_of)}; {as_of}{gaps}"
    )
