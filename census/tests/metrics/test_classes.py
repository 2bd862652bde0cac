from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from census_support.lakes.small_lake import SmallLake
from conda_census.metrics.classes import ClassRules
from conda_census.metrics.coverage.window import Window
from conda_census.metrics.population import population

JUNE = Window(date(2024, 6, 1), date(2024, 6, 30), None)


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _classes(lake: SmallLake, window: Window = JUNE, rules: ClassRules | None = None) -> dict[str, str]:
    known = population(lake.open().sessions, window, rules or ClassRules())
    return {row["client"].decode(): row["class"] for row in known.to_pyarrow().to_pylist()}


def _seen(lake: SmallLake, client: str, *times: str, environment: str | None = None) -> None:
    for number, time in enumerate(times):
        moment = {"first_time": _utc(time), "last_time": _utc(time)}
        lake.session(time[:10], f"s-{client}-{number}", client, environment or f"e-{client}", **moment)


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (["2024-06-23 08:00:00"], "ephemeral"),
        (["2024-06-23 23:59:59"], "ephemeral"),
        (["2024-06-24 00:00:00"], "new"),
        (["2024-06-30 23:00:00"], "new"),
        (["2024-06-10 08:00:00", "2024-06-10 09:00:00"], "ephemeral"),
        (["2024-06-10 08:00:00", "2024-06-10 09:00:01"], "lasting"),
        (["2024-06-28 08:00:00", "2024-06-28 09:00:01"], "lasting"),
        (["2024-06-10 23:40:00", "2024-06-11 00:10:00"], "ephemeral"),
        (["2024-06-02 08:00:00", "2024-06-29 08:00:00"], "lasting"),
    ],
)
def test_the_class_follows_from_the_times(lake: SmallLake, times: list[str], expected: str) -> None:
    """Within one hour or not; the 24th is the first of the last 7 days up to the 30th."""
    _seen(lake, "ada", *times)

    assert _classes(lake) == {"ada": expected}


def test_a_long_session_is_not_brief(lake: SmallLake) -> None:
    """One session that lasts from eight to ten."""
    long = {"first_time": _utc("2024-06-10 08:00:00"), "last_time": _utc("2024-06-10 10:00:00")}
    lake.session("2024-06-10", "s1", "ada", "base", **long)

    assert _classes(lake) == {"ada": "lasting"}


def test_a_token_under_three_installations_was_copied(lake: SmallLake) -> None:
    """Under two it may be a home folder on two machines. What else a container makes does not matter."""
    for client in ("box-1", "box-2", "box-3"):
        _seen(lake, client, "2024-06-10 08:00:00", environment="baked")
    for client in ("host-1", "host-2"):
        _seen(lake, client, "2024-06-10 08:00:00", environment="shared")
    _seen(lake, "box-3", "2024-06-28 08:00:00", environment="own")

    classes = _classes(lake)

    assert {name for name, kind in classes.items() if kind == "image"} == {"box-1", "box-2", "box-3"}
    assert classes["host-1"] == "ephemeral"


def test_a_token_seen_thrice_under_one_installation_is_its_own(lake: SmallLake) -> None:
    """Sessions do not count, installations do."""
    _seen(lake, "ada", "2024-06-10 08:00:00", "2024-06-11 08:00:00", "2024-06-12 08:00:00")

    assert _classes(lake) == {"ada": "lasting"}


def test_what_was_before_the_window_is_known(lake: SmallLake) -> None:
    """Seen in March and once in June: lasting; the copies of an image may be as old."""
    _seen(lake, "ada", "2024-03-01 08:00:00", "2024-06-29 08:00:00")
    for number in (1, 2):
        _seen(lake, f"old-{number}", "2024-02-01 08:00:00", environment="baked")
    _seen(lake, "box", "2024-06-29 08:00:00", environment="baked")

    classes = _classes(lake)

    assert (classes["ada"], classes["box"]) == ("lasting", "image")


def test_what_comes_after_the_window_is_not(lake: SmallLake) -> None:
    """So that the report on June says the same in July."""
    _seen(lake, "ada", "2024-06-29 08:00:00", "2024-07-02 08:00:00")

    assert _classes(lake) == {"ada": "new"}


def test_the_rules_may_be_others(lake: SmallLake) -> None:
    """Two are a copy, a day is brief, and only the last day is new."""
    _seen(lake, "ada", "2024-06-10 08:00:00", "2024-06-10 20:00:00")
    _seen(lake, "bob", "2024-06-29 08:00:00")
    for client in ("box-1", "box-2"):
        _seen(lake, client, "2024-06-10 08:00:00", environment="baked")

    classes = _classes(lake, rules=ClassRules(image_installations=2, brief_s=86_400, new_days=1))

    assert classes == {"ada": "ephemeral", "bob": "ephemeral", "box-1": "image", "box-2": "image"}


def test_without_an_environment_there_is_no_copy(lake: SmallLake) -> None:
    """Sessions without e/ have nothing in common."""
    for client in ("ada", "bob", "cy"):
        moment = {"first_time": _utc("2024-06-10 08:00:00"), "last_time": _utc("2024-06-10 08:00:00")}
        lake.session("2024-06-10", f"s-{client}", client, None, **moment)

    assert set(_classes(lake).values()) == {"ephemeral"}
