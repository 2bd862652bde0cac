"""Agreement of the Ibis expressions with plain loops over the same visits."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from census_support.inputs.made_up_visits import (
    BUILDS,
    Visit,
    day,
    lake_of,
    made_up_matches,
    true_at_risk,
    true_exposed,
)
from conda_census.engines.lake_tables import LakeTables
from conda_census.exposure.downloaded_builds import list_downloaded_builds
from conda_census.exposure.exposed_environments import count_exposed
from conda_census.exposure.matches import find_first_fixes
from conda_census.exposure.remediation import find_cohorts
from conda_census.exposure.study_population import study_population

AS_OF = 100


def _visit(house: int, client: str, environment: str | None, **more: object) -> Visit:
    """Of one of several houses, which share nothing but the day of the fix."""
    return Visit(client=f"{client}-{house}", environment=environment and f"{environment}-{house}", **more)  # type: ignore[arg-type]


#: Few of each in a house, so that installations share environments, and environments a cache.
VISITS = st.lists(
    st.builds(
        _visit,
        house=st.integers(1, 4),
        day=st.sampled_from([0, 5, 8, 11, 25, 39, 40, 41, 50, 69, 70, 71, 72, 90, 94, 99, 100, 101]),
        client=st.sampled_from(["ada", "bob", "cy", "dan"]),
        environment=st.sampled_from(["base", "work", "play", "baked", None]),
        fetched=st.lists(st.sampled_from(["bad", "good", *BUILDS, "other"]), max_size=2, unique=True).map(
            tuple
        ),
        minute=st.sampled_from([0, 700, 720, 1439]),
    ),
    max_size=50,
)


#: Of three that have a copied token, the one who fetched the affected build is gone, and another is not.
COPIED_AND_SEEN = [
    Visit(8, "dan", "baked", ("bad",)),
    Visit(50, "ada", "baked"),
    Visit(71, "bob", "baked"),
]


@pytest.mark.takes_turns(5, among="the longest")
@settings(max_examples=20, deadline=None)
@example(COPIED_AND_SEEN)
@given(VISITS)
def test_who_is_exposed(visits: list[Visit]) -> None:
    """Each edge of the band, for each class."""
    with study_population(lake_of(visits), made_up_matches(), day(AS_OF)) as known:
        found = count_exposed(known)[7]

    bands = {kind: (band.low, band.observed, band.high) for kind, band in found.by_class.items()}
    assert {kind: band for kind, band in bands.items() if any(band)} == true_exposed(visits, AS_OF)
    assert found.whole.low <= found.whole.observed <= found.whole.high


@pytest.mark.takes_turns(5, among="the longest")
@settings(max_examples=20, deadline=None)
@given(VISITS)
def test_who_was_at_risk(visits: list[Visit]) -> None:
    """Each unit, with the days on which it enters, is healed and is seen last."""
    assert _at_risk(lake_of(visits)) == true_at_risk(visits, AS_OF)


def _at_risk(tables: LakeTables) -> list[tuple[object, ...]]:
    with study_population(tables, made_up_matches(), day(AS_OF)) as known:
        fixes = find_first_fixes(
            known.matches, list_downloaded_builds(tables.downloads, known.matches.names, day(AS_OF))
        )
        rows = find_cohorts(known, fixes).to_pyarrow().to_pylist()
    columns = ("class", "is_prevalent", "entry", "event", "last_visit", "fix")
    return sorted((tuple(row[column] for column in columns) for row in rows), key=str)
