"""Inactivity cutoff: the usual gap between two visits of an environment."""

from __future__ import annotations

from census_support.inputs.made_up_visits import Visit, day, lake_of, made_up_matches
from conda_census.exposure.follow_up import count_gaps, find_inactivity_cutoffs
from conda_census.exposure.study_population import study_population


def _gaps(*visits: Visit) -> tuple[dict[int, int], int]:
    with study_population(lake_of(visits), made_up_matches(), day(100)) as known:
        rows = count_gaps(known, [7]).to_pyarrow().to_pylist()
        return {row["days"]: row["times"] for row in rows}, find_inactivity_cutoffs(known, [7])[7]


def test_nineteen_of_twenty_are_usual() -> None:
    """Twenty days in a row, and then after 70: of the twenty gaps all but the last are a day."""
    days = [*range(1, 21), 90]

    assert _gaps(*(Visit(each, "ada", "base", ("bad",)) for each in days)) == ({1: 19, 70: 1}, 1)


def test_environments_have_each_their_own() -> None:
    """Several sessions on a day are one visit, and those without an environment none."""
    visits = [Visit(each, "ada", "base", ("bad",)) for each in (1, 11)]
    visits += [Visit(each, "ada", "work", minute=minute) for each in (5, 25) for minute in (60, 600)]

    assert _gaps(*visits, Visit(8, "ada", None)) == ({10: 1, 20: 1}, 20)


def test_only_those_of_lasting_installations_count() -> None:
    """What is copied to many hosts comes every hour."""
    visits = [Visit(each, f"box-{each}", "baked", ("bad",)) for each in (1, 2, 3)]

    assert _gaps(*visits) == ({}, 30)


def test_others_do_not_count() -> None:
    """Who never got what the advisory is about may come as seldom as they like."""
    visits = [Visit(each, "ada", "base", ("bad",)) for each in (1, 4)]
    visits += [Visit(each, "bob", "work", ("good",)) for each in (1, 50)]

    assert _gaps(*visits) == ({3: 1}, 3)
