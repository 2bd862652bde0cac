"""A realistic population looks like a real one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
from packaging.version import Version

from benchmarks.trials.simulated_tables import simulate_tables
from conda_census.simulate.disclosures import channel_of
from conda_census.simulate.scenario import Scenario, preset
from conda_census.simulate.traffic import Days
from conda_census.simulate.true_population import Population, populate
from conda_census.simulate.working_calendar import activity_by_day, arrivals_by_day

#: From a Monday on, over Christmas.
SCENARIO = preset("realistic", Scenario(4000, 84, seed=4, since=date(2025, 10, 6)), {})


@cache
def _population() -> Population:
    return populate(SCENARIO)


@cache
def _sessions() -> np.ndarray:
    """The number of sessions on each day."""
    days = Days(SCENARIO, _population(), channel_of(SCENARIO))
    return np.array([len(days.day(number).installation) for number in range(SCENARIO.days)])


def test_weekends_and_holidays_are_quiet() -> None:
    """A weekend has half of the sessions of a working day at most, and so has Christmas."""
    weeks = _sessions()[14:70].reshape(-1, 7)
    assert (weeks[:, 5:].mean(axis=1) < 0.5 * weeks[:, :5].mean(axis=1)).all()
    christmas = (date(2025, 12, 25) - SCENARIO.since).days
    assert _sessions()[christmas] < 0.5 * _sessions()[christmas - 7]


def test_growth_is_not_a_line() -> None:
    """More installations come each year, and most of them when a term begins."""
    arrivals = arrivals_by_day(date(2024, 1, 1), 731)
    first, second = arrivals[:365].sum(), arrivals[366:].sum()
    assert 1.3 < second / first < 1.6
    september, july = arrivals[244:274].sum(), arrivals[182:213].sum()
    assert september > 1.5 * july


def test_activity_has_a_heavy_tail() -> None:
    """A tenth of the installations has more than 40 % of the sessions, as a log-normal distribution has."""
    rates = np.sort(_population().rate[: _population().containers])[::-1]
    assert rates[: len(rates) // 10].sum() > 0.4 * rates.sum()


def test_installations_leave() -> None:
    """Some of them before the end of the logs, none before its first day."""
    people = _population()
    lasting = slice(0, people.containers)
    assert (people.last[lasting] >= np.maximum(people.made[lasting], 0)).all()
    assert 0.1 < (people.last[lasting] < SCENARIO.days - 1).mean() < 0.5


def test_an_ordinary_day_is_the_unit_of_activity() -> None:
    """Working days of March are near 1."""
    assert np.abs(activity_by_day(date(2026, 3, 2), 4) - 1.07).max() < 0.08


def test_popularity_falls_off_like_a_power_law() -> None:
    """In logarithms of rank and downloads it is a line; most names are real."""
    truth = simulate_tables(replace(SCENARIO, days=28, installations=1500)).truth
    downloads = np.array(sorted(truth["packages"].values(), reverse=True)[2:40])
    ranks = np.log(np.arange(3, 3 + len(downloads)))
    slope, _ = np.polyfit(ranks, np.log(downloads), 1)
    assert -1.4 < slope < -0.6
    assert np.corrcoef(ranks, np.log(downloads))[0, 1] < -0.97
    assert {"openssl", "python", "numpy", "acme-etl"} <= set(truth["packages"])


def test_there_are_three_channels_and_several_programs() -> None:
    """Releases of conda and Python come over time; the other programs have no plug-in, and send no token."""
    tables = simulate_tables(replace(SCENARIO, installations=800)).tables
    assert set(tables["downloads"]["channel"].to_pylist()) == {"pkgs/main", "conda-forge", "acme"}
    sessions = tables["sessions"].to_pylist()
    tools = {row["tool"] for row in sessions}
    assert {"conda", "mamba", "micromamba", "pixi"} <= tools
    with_tokens = {row["tool"] for row in sessions if row["sharing"] == "tokens"}
    assert with_tokens == {"conda"}
    released = date(2025, 11, 20)
    before, after = (
        {row["tool_version"] for row in sessions if (row["day"] >= released) is later}
        for later in (False, True)
    )
    assert "25.11.0" in after - before


def test_the_releases_of_a_package_have_its_own_versions() -> None:
    """Python goes on from 3.12, and never backwards."""
    channel = channel_of(SCENARIO)
    python = channel.names.index("python")
    versions = [Version(channel.version_of(python, release)) for release in range(30)]
    assert channel.version_of(python, 0) == "3.12.0"
    assert versions == sorted(versions)
    assert len(set(map(str, versions))) == 30
