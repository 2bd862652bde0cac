"""Assessment with missing days: no number that needs one of them."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Collection, Iterable
from datetime import date
from itertools import pairwise

import pytest

from census_support.inputs.made_up_visits import DISCLOSED, Visit, day, lake_of, made_up_matches
from census_support.oracles.plain_survival import plain_survival
from conda_census.exposure.assessment import AssessmentInputs, make_exposure
from conda_census.exposure.assessment_schema import AdvisoryKeys, Exposure
from conda_census.exposure.downloaded_builds import list_downloaded_builds
from conda_census.exposure.known_numbers import Knowable
from conda_census.exposure.unmapped import Unmapped
from conda_census.metrics.coverage.window import Window
from conda_census.reports.json_documents import to_json

_AS_OF = 100
_ADVISORY = AdvisoryKeys(
    id="CENSUS-TEST-1",
    aliases=[],
    summary="",
    severity="high",
    published="2024-02-10",
    packages=[],
    withdrawn=False,
    bundled=[],
)
#: Of three at the disclosure on day 40 one heals on day 45 and one on day 60; two come later. All come weekly
_VISITS = [
    *(Visit(on, who, f"of {who}") for who in ("ada", "bob", "cy", "dan", "eve") for on in range(2, 101, 7)),
    *(Visit(30, who, f"of {who}", ("bad",), minute=800) for who in ("ada", "bob", "cy")),
    Visit(45, "ada", "of ada", ("good",)),
    Visit(60, "bob", "of bob", ("good",)),
    Visit(55, "dan", "of dan", ("bad",)),
    Visit(90, "eve", "of eve", ("bad",)),
]
_LATELY = {
    "exposed.low", "exposed.observed", "exposed.high",
    *(f"by_class.{name}.{edge}" for name in ("lasting", "ephemeral", "image", "new")
      for edge in ("low", "observed", "high")),
    "still_downloaded.downloads", "unknown.downloads_share", "unknown.environments_share",
}  # fmt: skip
_MOST = {"exposed.high", *(f"by_class.{name}.high" for name in ("lasting", "ephemeral", "image", "new"))}
_GAP = {"usual_gap_days"}
_STATES = {"prevalent.remediated", "prevalent.exposed", "prevalent.silent"}
_LATER = {
    *_STATES, "incident.entered", "incident.remediated", "incident.exposed", "incident.silent",
    "upgraded_share.value", "upgraded_share.low", "upgraded_share.high",
}  # fmt: skip
_MEDIAN = {"median_days.value", "median_days.low", "median_days.high"}
_FIRST = {"prevalent.entered", "healing_until"}


def _exposure(
    visits: Iterable[Visit], missing: Collection[int] = (), *, as_of: int = _AS_OF, disclosed: int = DISCLOSED
) -> Exposure:
    tables, verdicts = (
        lake_of(visit for visit in visits if visit.day not in missing),
        made_up_matches(disclosed),
    )
    seen = list_downloaded_builds(tables.downloads, verdicts.names, day(as_of))
    days = tuple(day(number) for number in sorted(missing) if number <= as_of)
    window = Window(day(0), day(as_of), day(as_of), days)
    told = AssessmentInputs(_ADVISORY, verdicts, seen, None, Unmapped(10, 1, 4, 1), window)
    return to_json(make_exposure(tables, told, day(as_of), plain_survival))


def _unknown(exposure: Exposure) -> set[str]:
    """The names of the numbers that are null."""

    def walk(name: str, value: object) -> Iterable[str]:
        if value is None:
            yield name
        elif isinstance(value, dict):
            for key, part in value.items():
                yield from walk(f"{name}.{key}", part)

    numbers = {key: value for key, value in exposure.items() if key not in {"advisory", "window", "fix"}}
    numbers["still_downloaded"] = exposure["still_downloaded"][0] if exposure["still_downloaded"] else {}
    numbers["still_downloaded"].pop("tool", None)
    return {each for key, value in numbers.items() for each in walk(key, value)}


@pytest.mark.takes_turns(5)
@pytest.mark.parametrize(
    ("missing", "unknown", "days_of_curve"),
    [
        pytest.param([], set(), 61, id="every day has a log"),
        pytest.param([100], _LATELY | _LATER | _GAP, 60, id="the last day"),
        pytest.param([71], _LATELY | _LATER | _GAP, 31, id="the first of the last 30 days"),
        pytest.param([70], _MOST | _LATER | _GAP, 30, id="the day before these"),
        pytest.param([41], _MOST | _LATER | _MEDIAN | _GAP, 0, id="the day after the disclosure"),
        pytest.param([50, 51], _MOST | _LATER | _MEDIAN | _GAP, 10, id="before half of them had healed"),
        pytest.param([61], _MOST | _LATER | _GAP, 21, id="after half of them had healed"),
        pytest.param([40], _MOST | _LATER | _FIRST | _MEDIAN | _GAP, 0, id="the day of the disclosure"),
        pytest.param([11], _MOST | _LATER | _FIRST | _MEDIAN | _GAP, 0, id="the first of 30 days before it"),
        pytest.param([10], _MOST | _GAP, 61, id="the day before these"),
        pytest.param(range(20, 90, 10), _LATELY | _LATER | _FIRST | _MEDIAN | _GAP, 0, id="one day in ten"),
    ],
)
def test_which_number_needs_which_days(
    missing: Collection[int], unknown: set[str], days_of_curve: int
) -> None:
    """What needs a day without a log is null, and all else is told, with a note on each that is not whole."""
    exposure = _exposure(_VISITS, missing)

    assert _unknown(exposure) == unknown
    assert len(exposure["curve"]["disclosure"]) == days_of_curve
    assert len(exposure["states"]) == days_of_curve
    assert exposure["window"]["days_without_log"] == [day(number).isoformat() for number in missing]
    noted = {note["number"] for note in exposure["notes"]}
    assert {name.partition(".")[0] for name in unknown} - {"healing_until"} <= noted
    assert bool(exposure["notes"]) == bool(missing)
    assert json.loads(json.dumps(exposure)) == exposure


def test_before_the_disclosure_it_is_known_that_nobody_is_at_risk() -> None:
    """Whatever day has no log."""
    exposure = _exposure(_VISITS, [20], as_of=39)

    assert exposure["prevalent"] == {"entered": 0, "remediated": 0, "exposed": 0, "silent": 0}
    assert exposure["exposed"] == {"low": None, "observed": None, "high": None}


@pytest.mark.takes_turns(4)
@pytest.mark.parametrize("seed", range(int(os.environ.get("CENSUS_MISSING_DAYS", "8"))))
def test_what_is_told_is_what_the_whole_logs_tell(seed: int) -> None:
    """Random visits, and random days without a log: no number differs from that of the whole logs.

    Of healing that is the number of the day before the first of these days. An exposed environment of the
    whole logs is never below "at the least".
    """
    chance = random.Random(seed)  # noqa: S311
    visits = [
        Visit(
            chance.randrange(1, _AS_OF + 1),
            f"client-{chance.randrange(12)}",
            chance.choice(("copied", f"own-{chance.randrange(9)}", None)),
            tuple(chance.sample(("old", "bad", "worse", "good", "other"), chance.choice((0, 1, 1, 2)))),
            minute=chance.randrange(1440),
        )
        for _ in range(150)
    ]
    begin = chance.randrange(3, _AS_OF)
    missing = range(begin, min(begin + chance.choice((1, 3, 12)), _AS_OF + 1))
    whole, holed = _exposure(visits), _exposure(visits, missing)

    if (observed := holed["exposed"]["observed"]) is not None:
        assert max(missing) < _AS_OF - 29
        low, right = holed["exposed"]["low"], whole["exposed"]["observed"]
        assert low is not None
        assert right is not None
        assert low <= min(observed, right)
        assert holed["exposed"]["high"] is None
    if begin > DISCLOSED:
        then = _exposure(visits, as_of=begin - 1)
        assert holed["healing_until"] == then["as_of"]
        for key in ("curve", "incident_curve", "states"):
            assert holed[key] == then[key]  # type: ignore[literal-required]
        assert holed["prevalent"]["entered"] == then["prevalent"]["entered"]
        if holed["median_days"]["value"] is not None:
            assert holed["median_days"] == then["median_days"]
        assert holed["upgraded_share"]["value"] is None
    elif begin + len(missing) > DISCLOSED - 29:
        assert holed["curve"] == {"disclosure": [], "fix_available": []}
        assert holed["healing_until"] is None


def test_who_may_have_healed_unseen_is_not_at_the_least() -> None:
    """Bob got it before the day without a log and is seen since, but may have moved on; eve got it after."""
    exposure = _exposure(
        [
            Visit(10, "bob", "base", ("bad",)),
            Visit(30, "eve", "base", ("bad",)),
            Visit(90, "bob", "base"),
            Visit(90, "eve", "base"),
        ],
        [20],
    )

    assert exposure["exposed"] == {"low": 1, "observed": 2, "high": None}


def test_days_of_no_log_are_told_apart_from_days_before_the_first() -> None:
    """``Knowable`` looks at the days that it is given, and at no others."""
    for first, last in pairwise(date(2024, month, 1) for month in (1, 3, 6)):
        knowable = Knowable((), first, last)
        assert knowable.is_activity_known
        assert knowable.is_remediation_known
