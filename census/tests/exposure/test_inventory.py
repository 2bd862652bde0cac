from __future__ import annotations

from census_support.inputs.made_up_visits import Visit, day, lake_of, made_up_matches
from conda_census.exposure.inventory import holdings, inventory
from conda_census.exposure.study_population import study_population


def test_the_build_of_the_latest_own_download() -> None:
    """For each unit and package; of several in one moment the affected one."""
    visits = [
        Visit(1, "ada", "base", ("bad", "bad-base")),
        Visit(2, "ada", "base", ("good",)),
        Visit(3, "ada", "work", ("good", "worse")),
        Visit(4, "ada", None, ("bad",)),
        Visit(101, "ada", "base", ("bad",)),
    ]

    with study_population(lake_of(visits), made_up_matches(), day(100)) as known:
        rows = inventory(known).to_pyarrow().to_pylist()

    held = {
        (row["environment"], row["name"]): (row["version"], row["subdir"], row["affected"]) for row in rows
    }
    assert held == {
        (b"base", "numpy"): ("3.0", "linux-64", False),
        (b"base", "numpy-base"): ("2.0", "linux-64", True),
        (b"work", "numpy"): ("2.1", "win-64", True),
    }


def test_how_many_hold_each_build() -> None:
    """A copied token once, whoever fetched it last."""
    visits = [Visit(day, f"box-{day}", "baked", ("bad",)) for day in (1, 2, 3)]
    visits += [Visit(4, "ada", "base", ("bad",)), Visit(5, "ada", "base"), Visit(5, "ada", "work", ("bad",))]

    with study_population(lake_of(visits), made_up_matches(), day(100)) as known:
        rows = holdings(known).to_pyarrow().to_pylist()

    assert [(row["class"], row["version"], row["units"]) for row in rows] == [
        ("image", "2.0", 1),
        ("lasting", "2.0", 2),
    ]
