"""Assessment of one advisory: the whole document, on a lake that can be counted by hand."""

from __future__ import annotations

import json
from typing import get_type_hints

import pytest

from census_support.inputs.made_up_visits import Visit, day, lake_of, made_up_matches
from census_support.oracles.plain_survival import plain_survival
from conda_census.exposure.assessment import AssessmentInputs, make_exposure
from conda_census.exposure.assessment_schema import AdvisoryKeys, Exposure
from conda_census.exposure.downloaded_builds import list_downloaded_builds
from conda_census.exposure.unmapped import Unmapped
from conda_census.metrics.coverage.window import Window
from conda_census.metrics.sample import Sample
from conda_census.reports.json_documents import to_json
from conda_census.vulnerabilities.affected_packages import AdvisedPackage

_ADVISORY = AdvisoryKeys(
    id="CENSUS-TEST-1",
    aliases=[],
    summary="",
    severity="high",
    published="2024-02-10",
    packages=[
        AdvisedPackage(
            conda_name="numpy", package_class="ordinary", map="own", affected=["2.0"], fixed_in=["3.0"]
        )
    ],
    withdrawn=False,
    bundled=[],
)
_UNKNOWN = Unmapped(downloads=10, unknown_downloads=1, environments=4, unknown_environments=1)
#: Exposed at the disclosure on day 40: one healed on day 50, one that stays, and one seen last on day 41. One
#: became exposed on day 60.
VISITS = [
    Visit(30, "ada", "base", ("bad",)),
    Visit(50, "ada", "base", ("good",)),
    Visit(30, "bob", "work", ("bad",)),
    Visit(95, "bob", "work"),
    Visit(30, "cy", "play", ("bad",)),
    Visit(41, "cy", "play"),
    Visit(60, "dan", "test", ("bad",)),
    Visit(90, "dan", "test", ("bad",)),
]


def _exposure(as_of: int = 100, sample: Sample | None = None) -> Exposure:
    tables, verdicts = lake_of(VISITS), made_up_matches()
    seen = list_downloaded_builds(tables.downloads, verdicts.names, day(as_of))
    told = AssessmentInputs(_ADVISORY, verdicts, seen, None, _UNKNOWN, Window(None, day(as_of), None))
    return to_json(make_exposure(tables, told, day(as_of), plain_survival, sample))


def test_every_key_is_there_and_it_is_json() -> None:
    """As the issue of it says, and what was added."""
    found = _exposure()

    assert list(found) == list(get_type_hints(Exposure))
    assert json.loads(json.dumps(found)) == found


def test_the_numbers_are_those_of_the_lake() -> None:
    """Which a reader can count."""
    found = _exposure()

    assert found["exposed"] == {"low": 2, "observed": 2, "high": 2}
    assert found["prevalent"] == {"entered": 3, "remediated": 1, "exposed": 1, "silent": 1}
    assert found["incident"] == {"entered": 1, "remediated": 0, "exposed": 1, "silent": 0}
    assert (found["as_of"], found["disclosed"], found["window"]["until"]) == (
        "2024-04-10", "2024-02-10", "2024-04-10",
    )  # fmt: skip
    assert found["still_downloaded"] == [
        {"channel": "main", "subdir": "linux-64", "name": "numpy", "version": "2.0", "build": "0"}
        | {"tool": "conda", "downloads": 1}
    ]
    assert found["unknown"] == {"downloads_share": 0.1, "environments_share": 0.25}


def test_the_share_that_upgraded_is_what_the_curve_leaves() -> None:
    """On day 10 one of three healed, or of two if the silent one had gone: a usual gap is 55 days here."""
    found = _exposure()

    assert found["usual_gap_days"] == 65
    assert found["upgraded_share"]["value"] == pytest.approx(1 / 3)
    assert found["upgraded_share"]["high"] == pytest.approx(1 / 2)
    assert [point["share"] for point in found["curve"]["disclosure"]][9:11] == pytest.approx([1, 2 / 3])


def test_the_clock_of_the_fix_begins_with_it() -> None:
    """First downloaded on day 50: by the one that healed then, so that nobody heals on this clock."""
    points = _exposure()["curve"]["fix_available"]

    assert points[0]["day"] == 0
    assert {point["share"] for point in points} == {1.0}


@pytest.mark.takes_turns(5, among="the longest")
def test_of_a_sample_the_counts_are_multiplied() -> None:
    """One in two: the pseudonyms of these tests all lie in the lower half."""
    found = _exposure(sample=Sample(2))

    assert found["one_in"] == 2
    assert found["exposed"]["observed"] == 4
    assert found["prevalent"] == {"entered": 6, "remediated": 2, "exposed": 2, "silent": 2}


def test_before_the_disclosure_nobody_is_at_risk() -> None:
    """Though they hold the build."""
    found = _exposure(as_of=35)

    assert found["exposed"]["observed"] == 3
    assert found["prevalent"]["entered"] == 0
    assert found["curve"] == {"disclosure": [], "fix_available": []}
    assert found["upgraded_share"] == {"value": None, "low": None, "high": None}


@pytest.mark.takes_turns(5, among="the longest")
def test_what_it_cannot_see_is_said() -> None:
    """In whole sentences."""
    assert all(sentence.endswith(".") for sentence in _exposure()["cannot_see"])
