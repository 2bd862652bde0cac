from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from census_support.lakes.known_lake import fill
from census_support.lakes.small_lake import SmallLake
from conda_census.reports.json_documents import json_text, to_json
from conda_census.reports.usage.build import make_report


def test_the_report_says_what_is_in_the_lake(document: dict[str, Any]) -> None:
    """Every figure of the small lake, counted by hand."""
    assert document["window"] == {
        "since": "2024-01-01",
        "until": "2024-01-03",
        "complete_until": "2024-01-02",
        "complete": False,
        "days_without_log": [],
    }
    assert document["installations"]["total"] == 3
    assert document["installations"]["by_class"] == {"lasting": 1, "ephemeral": 0, "image": 0, "new": 2}
    assert document["installations"]["active"] == {"1": 1, "7": 3, "30": 3, "90": 3}
    assert document["environments"]["total"] == 4
    assert document["environments"]["per_installation"] == {"1": 2, "2": 1, "3": 0, "4": 0, "5+": 0}
    assert document["environments"]["single_share"]["value"] == 2 / 3
    assert document["environments"]["single_share_lasting"]["value"] == 0.0
    assert document["environments"]["by_class"]["new"]["total"] == 2
    assert document["opted_out"]["off"] == {"requests": 3, "sessions": 2, "visitor_days": 2}
    assert document["opted_out"]["tokens"] == {"requests": 13, "sessions": 4, "visitor_days": 3}
    assert document["opted_out"]["naive"] == {"requests": 3 / 16, "sessions": 2 / 6, "visitor_days": 2 / 5}
    assert document["installer_downloads"]["total"] == 2
    assert document["sessions"] == {"total": 4, "without_token": 2}
    assert document["downloads"] == {"total": 6}
    assert document["accounting"]["lines"] == 40
    assert document["accounting"]["requests"] == 34
    assert document["accounting"]["dropped"] == {"no-time": 6}
    assert document["accounting"]["other_share"] == 6 / 34
    assert [(row["day"], row["sessions"], row["installations"]) for row in document["by_day"]] == [
        ("2024-01-01", 1, 1),
        ("2024-01-02", 3, 2),
        ("2024-01-03", 2, 1),
    ]
    assert [row["first_seen"] for row in document["by_day"]] == [1, 1, 1]
    assert [(row["day"], row["sources"], row["complete"]) for row in document["completeness"]] == [
        ("2024-01-01", 1, True),
        ("2024-01-02", 1, True),
        ("2024-01-03", 2, False),
    ]


def test_the_share_that_opted_out_is_estimated(document: dict[str, Any]) -> None:
    """Three visitor-days share, with 1, 2 and 1: R(q) = 4 q - q^2 is 2 at q = 2 - 2^0.5."""
    share = document["opted_out"]["share"]
    ratio = 2 - 2**0.5

    assert share["value"] == pytest.approx(ratio / (1 + ratio))
    assert share["low"] < share["value"] < share["high"]
    assert document["opted_out"]["calibration"]["installation_days"] == 4
    assert document["opted_out"]["calibration"]["per_visitor_day"] == 4 / 3


def test_an_empty_lake_gives_zeros_and_nulls(empty_document: dict[str, Any]) -> None:
    """No share of nothing, and no crash."""
    assert empty_document["window"] == {
        "since": None,
        "until": None,
        "complete_until": None,
        "complete": False,
        "days_without_log": [],
    }
    assert empty_document["installations"]["total"] == 0
    assert empty_document["environments"]["single_share"] == {"value": None, "low": None, "high": None}
    assert set(empty_document["opted_out"]["naive"].values()) == {None}
    assert empty_document["installer_downloads"] == {"total": 0, "rows": []}
    assert empty_document["accounting"]["other_share"] is None


def test_the_keys_are_those_of_the_interface(document: dict[str, Any]) -> None:
    """They are public: in this order, and only ever more of them."""
    assert list(document) == [
        "window",
        "sample",
        "installations",
        "environments",
        "opted_out",
        "installer_downloads",
        "sessions",
        "downloads",
        "by_day",
        "agents",
        "packages",
        "retention",
        "accounting",
        "completeness",
        "notes",
        "organizations",
    ]
    assert list(document["installer_downloads"]["rows"][0]) == [
        "period",
        "product",
        "platform",
        "version",
        "agent",
        "downloads",
    ]


def test_a_narrower_window_counts_less(lake: SmallLake) -> None:
    """On 2 January alone: Ada and Bob, three sessions, and the installers of other days are gone."""
    fill(lake)

    document = to_json(make_report(lake.open(), since=date(2024, 1, 2), until=date(2024, 1, 2)))

    assert document["installations"]["total"] == 2
    assert document["sessions"] == {"total": 2, "without_token": 1}
    assert document["installer_downloads"]["total"] == 0
    assert document["accounting"]["lines"] == 10


@pytest.mark.parametrize("appends", [1, 2])
def test_equal_lakes_give_equal_bytes(tmp_path: Path, document: dict[str, Any], appends: int) -> None:
    """Whether a session came in one batch or in two makes no difference to the counts of sessions."""
    other = SmallLake(tmp_path / "other")
    fill(other)
    if appends == 2:
        other.open()
        other.session("2024-01-02", "s3", "bob", "bob-base", requests=0)

    assert json_text(make_report(other.open())) == json_text(document)


def test_what_looks_back_before_the_window_is_null_after_a_day_without_log(lake: SmallLake) -> None:
    """A window of the last two days: activity over seven days needs the 2nd, of which there is no log."""
    for day in ("2024-01-01", "2024-01-03", "2024-01-04"):
        lake.source(day).session(day, f"s{day}", client=day)

    document = to_json(make_report(lake.open(), since=date(2024, 1, 3)))

    assert document["installations"]["active"] == {"1": 1, "7": None, "30": None, "90": None}
    assert [row["first_seen"] for row in document["by_day"]] == [None, None]


def test_a_quiet_day_is_a_day_of_zeros(lake: SmallLake) -> None:
    """One log spans three days, and on the second nobody came."""
    lake.source("2024-01-01", last_time=datetime(2024, 1, 3, 8, tzinfo=UTC))
    tables = lake.session("2024-01-01", "s1", client="a").session("2024-01-03", "s2", client="a").open()

    days = to_json(make_report(tables))["by_day"]

    assert [(row["day"], row["sessions"], row["downloads"]) for row in days] == [
        ("2024-01-01", 1, 0),
        ("2024-01-02", 0, 0),
        ("2024-01-03", 1, 0),
    ]
