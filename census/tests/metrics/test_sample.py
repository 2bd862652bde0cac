from __future__ import annotations

from datetime import date
from math import sqrt
from typing import Any

import numpy as np
import pytest

from benchmarks.trials.simulated_tables import simulate_tables
from census_support.lakes.small_lake import SmallLake
from conda_census.engines.duckdb_engine import open_tables
from conda_census.engines.lake_tables import LakeTables
from conda_census.metrics import sample as module
from conda_census.metrics.coverage.window import Window
from conda_census.metrics.sample import ALL, SAMPLES, Sample, choose_sample, fitting
from conda_census.reports.json_documents import to_json
from conda_census.reports.usage.build import Report, make_report
from conda_census.simulate.scenario import Scenario, preset

WINDOW = Window(date(2024, 1, 1), date(2024, 1, 2), None)


@pytest.fixture
def some(lake: SmallLake) -> LakeTables:
    """Two installations below the bound of one in 16, one at it; sessions without installation alike."""
    for client, network in ((b"\x00a", b"\xffn"), (b"\x0f\xff", b"\x01n"), (b"\x10", b"\x02n")):
        lake.session("2024-01-01", f"s{client!r}", client=client, environment=b"e", network=network)
        lake.download("2024-01-01", client=client, environment=b"e")
    lake.session("2024-01-01", b"\x0a", network=b"\xffn", sharing="absent", folded=True)
    lake.session("2024-01-01", b"\xaa", network=b"\xffn", sharing="absent", folded=True)
    return lake.download("2024-01-01").open()


def test_whole_installations_are_taken_with_all_that_they_did(some: LakeTables) -> None:
    """Sessions without an installation are sampled by themselves; downloads without one are nobody's."""
    taken = Sample(16).of_installations(some)
    sessions = taken.sessions.to_pyarrow().to_pylist()
    downloads = taken.downloads.to_pyarrow().to_pylist()

    assert sorted((row["client"] or row["session"]) for row in sessions) == [b"\x00a", b"\x0a", b"\x0f\xff"]
    assert sorted(row["client"] for row in downloads) == [b"\x00a", b"\x0f\xff"]


def test_whole_networks_are_taken_for_those_who_send_no_token(some: LakeTables) -> None:
    """Whoever they are."""
    sessions = Sample(16).of_networks(some).sessions.to_pyarrow().to_pylist()

    assert sorted(row["client"] for row in sessions) == [b"\x0f\xff", b"\x10"]


def test_all_are_all(some: LakeTables) -> None:
    """Nothing is copied."""
    assert ALL.of_installations(some) is some
    assert ALL.of_networks(some) is some


@pytest.mark.parametrize("many", [4, 5])
def test_a_sample_is_taken_where_there_are_many_sessions(
    some: LakeTables, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    """There are five; of none after the window is there a question, and without any there is no sample."""
    monkeypatch.setattr(module, "_MANY_SESSIONS", many)

    assert choose_sample(some, WINDOW) == (Sample(16) if many == 4 else ALL)
    assert choose_sample(some, Window(None, None, None)) == ALL
    assert choose_sample(some, Window(date(2023, 1, 1), date(2023, 1, 2), None)) == ALL


@pytest.mark.parametrize(("found", "one_in"), [(1, 16), (160, 16), (161, 32), (10_000, 256)])
def test_a_sample_has_so_many_rows_or_fewer(found: int, one_in: int) -> None:
    """Never more than stand apart in the files, and never fewer than one in 256."""
    assert fitting(found, 10) == Sample(one_in)


def test_the_margin_of_a_count() -> None:
    """Of 100 installations, one in 16 of about 1,600: 1.96 standard errors of the square root of 24,000."""
    assert Sample(16).margin(100) == pytest.approx(1.959964 * sqrt(16 * 15 * 100), rel=1e-6)
    assert ALL.margin(100) == 0


@pytest.fixture(scope="module")
def simulated() -> LakeTables:
    """A population of some thousands."""
    plain = Scenario(4000, 15, 5, date(2024, 1, 1))
    return open_tables(simulate_tables(preset("miniconda-2024q1", plain, {})).tables)


@pytest.fixture(scope="module")
def every(simulated: LakeTables) -> dict[str, Any]:
    """What all of them tell."""
    return to_json(make_report(simulated, sample=ALL))


@pytest.mark.parametrize("one_in", [each for each in SAMPLES if each <= 16 and each > 1])
def test_the_sample_tells_what_all_tell(simulated: LakeTables, every: dict[str, Any], one_in: int) -> None:
    """The intervals hold what was counted, and what is not sampled is the same."""
    some: Any = to_json(make_report(simulated, sample=Sample(one_in)))
    assert every["sample"] is None
    bounds = some["sample"]
    assert bounds is not None

    assert bounds["one_in"] == one_in
    assert some["installations"]["total"] == bounds["looked_at"] * one_in
    assert sum(some["installations"]["by_class"].values()) == some["installations"]["total"]
    for number in ("installations", "environments"):
        assert bounds[number]["low"] <= every[number]["total"] <= bounds[number]["high"]
    assert _held(some["environments"]["single_share"], every["environments"]["single_share"]["value"])
    assert _held(some["opted_out"]["share"], every["opted_out"]["share"]["value"])
    assert some["sessions"]["total"] == pytest.approx(every["sessions"]["total"], rel=0.2)
    for same in ("installer_downloads", "downloads", "accounting", "completeness"):
        assert some[same] == every[same]
    assert [day["downloads"] for day in some["by_day"]] == [day["downloads"] for day in every["by_day"]]
    most = {row["name"]: row for row in every["packages"]["top"]}
    for row in some["packages"]["top"][:5]:
        assert row["downloads"] == most[row["name"]]["downloads"]
        assert row["environments"] == pytest.approx(most[row["name"]]["environments"], rel=0.25)


@pytest.fixture(scope="module")
def with_images() -> LakeTables:
    """A population with some thousand containers of a hundred images."""
    return open_tables(simulate_tables(Scenario(8000, 15, 5, date(2024, 1, 1), images=0.3)).tables)


@pytest.mark.takes_turns(5, among="the longest")
@pytest.mark.parametrize("one_in", [4, 16])
def test_an_image_is_known_by_containers_that_are_not_in_the_sample(
    with_images: LakeTables, one_in: int
) -> None:
    """Of 25 containers of an image a sample of one in 16 has one or two, which alone look like others."""
    every, some = (
        _document(make_report(with_images, sample=Sample(size)))["installations"] for size in (1, one_in)
    )

    for kind in ("image", "ephemeral", "lasting"):
        looked_at = some["by_class"][kind] // one_in
        margin = Sample(one_in).margin(looked_at)
        assert every["by_class"][kind] == pytest.approx(some["by_class"][kind], abs=1.5 * margin)
    assert every["by_class"]["image"] > 2000


@pytest.mark.parametrize("tail", [None, 3.0])
def test_the_interval_holds_the_truth_in_95_of_100_samples(tail: float | None) -> None:
    """Whether each installation adds one to the count or some add many."""
    chance, one_in = np.random.default_rng(11), Sample(16)
    adds = np.ones(20_000) if tail is None else np.ceil(chance.pareto(tail, 20_000) + 1)
    held = 0
    for _ in range(2000):
        drawn = adds[chance.random(len(adds)) < 1 / 16]
        off = abs(one_in.times(int(drawn.sum())) - adds.sum())
        held += off <= one_in.margin(int((drawn**2).sum()))

    assert 0.93 <= held / 2000 <= 0.97


def _document(report: Report) -> dict[str, Any]:
    return to_json(report)


def _held(interval: object, value: float | None) -> bool:
    assert isinstance(interval, dict)
    assert value is not None
    return bool(interval["low"] <= value <= interval["high"])
