"""Exposed environments: lower bound, observed number and upper bound."""

from __future__ import annotations

import pytest

from census_support.inputs.made_up_visits import Visit, day, lake_of, made_up_matches
from conda_census.exposure.exposed_environments import NOBODY, Band, Exposed, count_exposed
from conda_census.exposure.study_population import study_population
from conda_census.metrics.sample import Sample


def _exposed(*visits: Visit, as_of: int = 100) -> Exposed:
    with study_population(lake_of(visits), made_up_matches(), day(as_of)) as known:
        return count_exposed(known)[7]


@pytest.mark.parametrize(
    ("fetched", "expected"),
    [
        (["bad"], Band(1, 1, 1)),
        (["old"], Band()),
        (["good"], Band()),
        (["bad", "good"], Band()),
        (["good", "bad"], Band(1, 1, 1)),
        (["old", "bad", "worse"], Band(1, 1, 1)),
        (["other"], Band()),
        ([], Band()),
    ],
)
def test_the_latest_own_download_counts(fetched: list[str], expected: Band) -> None:
    """One environment, one download a day."""
    visits = [Visit(80 + number, "ada", "base", (name,)) for number, name in enumerate(fetched)]

    assert _exposed(Visit(1, "ada", "base"), *visits).by_class["lasting"] == expected


def test_of_two_downloads_in_one_moment_the_worse_counts() -> None:
    """The log does not say which came last."""
    assert _exposed(Visit(99, "ada", "base", ("good", "bad", "old"))).whole == Band(1, 1, 1)


@pytest.mark.parametrize(("last_seen", "expected"), [(70, 0), (71, 1), (100, 1)])
def test_only_who_was_seen_within_30_days_is_exposed(last_seen: int, expected: int) -> None:
    """Up to day 100: the first of the last 30 days is the 71st."""
    found = _exposed(Visit(1, "ada", "base", ("bad",)), Visit(last_seen, "ada", "base")).whole

    assert found.observed == expected


def test_what_comes_later_is_not_known() -> None:
    """Neither the fix nor the visit of the day after."""
    visits = [
        Visit(1, "ada", "base", ("bad",)),
        Visit(99, "ada", "base"),
        Visit(101, "ada", "base", ("good",)),
    ]

    assert _exposed(*visits).whole == Band(1, 1, 1)
    assert _exposed(*visits, as_of=101).whole == Band()


def test_the_cache_may_have_healed_it() -> None:
    """``work`` fetched the fix, and ``base`` had a session later on: it need not have fetched it again."""
    visits = [
        Visit(80, "ada", "base", ("bad",)),
        Visit(90, "ada", "work", ("good",)),
        Visit(95, "ada", "base"),
    ]

    assert _exposed(*visits).whole == Band(low=0, observed=1, high=1)


@pytest.mark.parametrize(
    ("fixed", "later"),
    [(90, 85), (70, 60)],
    ids=["no session after the fix came into the cache", "none after its own download either"],
)
def test_without_a_later_session_the_cache_cannot_heal(fixed: int, later: int) -> None:
    """An environment changes in a session, and in that of day 80 it took the affected build."""
    visits = [
        Visit(80, "ada", "base", ("bad",)),
        Visit(fixed, "ada", "work", ("good",)),
        Visit(later, "ada", "base"),
    ]

    assert _exposed(*visits).whole == Band(1, 1, 1)


def test_the_cache_may_have_spread_it() -> None:
    """``work`` shows no download of the package, ``play`` does: of a build that is not affected."""
    visits = [
        Visit(80, "ada", "base", ("bad",)),
        Visit(90, "ada", "work", ("other",)),
        Visit(90, "ada", "play", ("old",), minute=730),
    ]

    found = _exposed(*visits).whole

    assert (found.observed, found.high) == (1, 2)


def test_the_cache_of_another_installation_has_nothing_to_do_with_it() -> None:
    """Caches are not shared between hosts."""
    visits = [Visit(80, "ada", "base", ("bad",)), Visit(90, "bob", "work"), Visit(91, "bob", "work")]

    assert _exposed(*visits).whole == Band(1, 1, 1)


def test_a_download_without_an_environment_lies_in_the_cache_all_the_same() -> None:
    """It belongs to no unit, but any environment of the installation may take it from there."""
    visits = [Visit(80, "ada", None, ("bad",)), Visit(90, "ada", "base"), Visit(91, "ada", "work", ("good",))]

    assert _exposed(*visits).whole == Band(low=0, observed=0, high=1)


def test_a_copied_token_is_one_unit_of_class_image() -> None:
    """Of three containers; what one of them fetched last is what the image is taken to hold."""
    visits = [Visit(90, client, "baked", ("bad",)) for client in ("box-1", "box-2", "box-3")]

    found = _exposed(*visits, Visit(95, "box-1", "own", ("bad",)))

    assert found.by_class["image"] == Band(2, 2, 2)
    assert found.whole.observed == 2


def test_the_copies_need_not_have_fetched_the_package() -> None:
    """One container did; that its token was copied is seen from two that did not."""
    visits = [Visit(90, "box-1", "baked", ("bad",)), Visit(91, "box-2", "baked"), Visit(92, "box-3", "baked")]

    assert _exposed(*visits).by_class["image"] == Band(1, 1, 1)


def test_a_copied_token_is_active_while_any_copy_is() -> None:
    """Two containers come within the last 30 days, and fetch nothing of this package: the image is in use."""
    visits = [Visit(60, "box-1", "baked", ("bad",)), Visit(95, "box-2", "baked"), Visit(96, "box-3", "baked")]

    assert _exposed(*visits).by_class["image"] == Band(1, 1, 1)


def test_classes_stand_apart() -> None:
    """Lasting, ephemeral and new, as the report has them at the same day."""
    visits = [
        Visit(1, "ada", "base", ("bad",)),
        Visit(90, "ada", "base"),
        Visit(80, "ci", "base-ci", ("bad",)),
        Visit(99, "eve", "base-eve", ("bad",)),
    ]

    found = _exposed(*visits)

    assert {kind: band.observed for kind, band in found.by_class.items()} == {
        "lasting": 1,
        "ephemeral": 1,
        "image": 0,
        "new": 1,
    }
    assert found.whole == Band(3, 3, 3)


def test_of_several_packages_one_is_enough() -> None:
    """An advisory on both counts a unit once."""
    visits = [Visit(90, "ada", "base", ("bad", "bad-base")), Visit(91, "ada", "base", ("good",))]

    assert _exposed(*visits).whole.observed == 1


def test_of_an_empty_lake_there_is_nobody() -> None:
    """With every class, as always."""
    assert _exposed() == NOBODY


@pytest.mark.parametrize(("last", "exposed"), [("bad", 2), ("good", 0)])
def test_of_a_copied_token_in_a_sample_all_installations_are_seen(last: str, exposed: int) -> None:
    """Half of the names begin with a letter of the sample. It is one unit, and one that either half finds.

    So it stands for one. What it holds tells one that is not in the sample; another that is not in it either
    has an environment of its own beside, which is nobody's business.
    """
    visits = [Visit(80, name, "baked", ("bad",)) for name in ("ada", "bob", "éva", "ömer")]
    visits += [Visit(90, "éva", "baked", (last,)), Visit(90, "ömer", "own", ("bad",))]
    half = Sample(2)
    with (
        half.with_others(lake_of(visits)) as tables,
        study_population(tables, made_up_matches(), day(100), half) as known,
    ):
        found = count_exposed(known)[7]

    assert found.whole == Band(exposed / 4, exposed / 4, exposed / 4)
    assert found.of_all(half).by_class["image"].observed == exposed / 2
    assert found.of_all(half).by_class["lasting"] == Band()


def test_a_sample_stands_for_all_and_widens_the_band() -> None:
    """One installation in 16, of which 100 have an exposed environment each and one has 10: 110 of them.

    The margin is 1.96 times the root of 16 * 15 * (100 * 1 + 10 * 10), which is 429.4.
    """
    visits = [Visit(at, f"c{number}", f"e{number}", ("bad",)) for number in range(100) for at in (90, 91)]
    visits += [Visit(at, "ada", f"ada-{number}", ("bad",)) for number in range(10) for at in (90, 91)]

    found = _exposed(*visits)

    assert found.whole == Band(110, 110, 110)
    assert found.whole_of_all(Sample(16)) == Band(low=1760 - 429, observed=1760, high=1760 + 429)
    assert found.of_all(Sample(16)).by_class["lasting"] == found.whole_of_all(Sample(16))
    assert found.of_all(Sample()) == found
