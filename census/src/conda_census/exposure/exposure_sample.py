"""Is it enough to look at some of the installations to know how an advisory spreads?"""

from __future__ import annotations

from collections.abc import Iterable

from conda_census.exposure.downloaded_builds import DownloadedBuild, downloaded_builds_table
from conda_census.exposure.matches import BUILD, MatchTable
from conda_census.metrics.counts import counts
from conda_census.metrics.sample import ALL, Sample, fitting

__all__ = ["choose_sample_for", "choose_sample_for_all"]

#: With more downloads of the packages than these, those of a sample say enough; all of them take too long.
_MANY_DOWNLOADS = 400_000
#: If so, those of a sample are no more than these.
_SAMPLED_DOWNLOADS = 200_000
#: Of many advisories, so many downloads and verdicts on them are looked at within less than a minute.
_MOST_VERDICTS = 4_000_000


def choose_sample_for(seen: Iterable[DownloadedBuild], many: int = _MANY_DOWNLOADS) -> Sample:
    """All installations, or of a package that nearly everybody has, some: a rare one is looked at whole.

    If some, at most those that stand apart in the lake's files. ``seen`` are the builds of the package.
    """
    found = sum(each.downloads for each in seen)
    return ALL if found <= many else fitting(found, _SAMPLED_DOWNLOADS)


def choose_sample_for_all(
    matches: MatchTable, seen: Iterable[DownloadedBuild], most: int = _MOST_VERDICTS
) -> Sample:
    """As many installations as a question about many advisories can look at, all if they are few."""
    verdicts = matches.builds.inner_join(downloaded_builds_table(seen), BUILD)
    found = counts(verdicts.aggregate(number=verdicts.downloads.sum()))["number"]
    return fitting(found, most, least_one_in=1)
