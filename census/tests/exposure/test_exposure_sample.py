"""Choice of the installations that are sampled."""

from __future__ import annotations

from census_support.inputs.made_up_visits import Visit, day, lake_of
from conda_census.exposure.downloaded_builds import list_downloaded_builds
from conda_census.exposure.study_population import choose_sample_for
from conda_census.metrics.sample import Sample


def test_a_rare_package_is_looked_at_whole_and_a_common_one_in_a_sample() -> None:
    """Three downloads are many where two are. Other packages and later days do not count."""
    fetched = ("bad", "other")
    tables = lake_of([Visit(at, "ada", "base", fetched) for at in (1, 2, 3, 101)])

    seen = list_downloaded_builds(tables.downloads, ["numpy"], day(100))

    assert choose_sample_for(seen, many=3) == Sample(1)
    assert choose_sample_for(seen, many=2) == Sample(16)
