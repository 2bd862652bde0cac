"""Is it enough to look at some of the installations to know how an advisory spreads?"""

from __future__ import annotations

from datetime import date

from conda_census.engines.tables import LakeTables
from conda_census.exposure.judged import Judged, judged_downloads
from conda_census.lake.panel import PANEL_ONE_IN
from conda_census.metrics.counts import counts
from conda_census.metrics.sample import ALL, SAMPLES, Sample

__all__ = ["choose_sample_for", "choose_sample_for_all"]

#: With more downloads of the packages than these, those of a sample say enough; all of them take too long.
_MANY_DOWNLOADS = 400_000
#: Of many advisories, so many downloads and verdicts on them are looked at within less than a minute.
_MOST_VERDICTS = 4_000_000


def choose_sample_for(tables: LakeTables, judged: Judged, as_of: date, many: int = _MANY_DOWNLOADS) -> Sample:
    """All installations, or of a package that nearly everybody has, some: a rare one is looked at whole.

    If some, at most those that stand apart in the lake's files.
    """
    downloads = tables.downloads
    named = downloads.filter(downloads.name.isin(judged.names), downloads.day <= as_of)
    found = counts(named.aggregate(number=named.count()))["number"]
    if found <= many:
        return ALL
    return Sample(
        next((each for each in SAMPLES if each >= PANEL_ONE_IN and found <= many * each), SAMPLES[-1])
    )


def choose_sample_for_all(
    tables: LakeTables, judged: Judged, as_of: date, most: int = _MOST_VERDICTS
) -> Sample:
    """As many installations as a question about many advisories can look at, all if they are few."""
    rows = judged_downloads(tables.downloads, judged, as_of)
    found = counts(rows.aggregate(number=rows.count()))["number"]
    return Sample(next((one_in for one_in in SAMPLES if found <= most * one_in), SAMPLES[-1]))
