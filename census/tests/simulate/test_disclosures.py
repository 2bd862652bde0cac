"""What is true of simulated disclosures, and what is published of them?"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from benchmarks.trials.exposure_trial import exposure_trial, judged_builds, told_after
from benchmarks.trials.simulated_tables import SimulatedTables, simulate_tables
from conda_census.config import Settings
from conda_census.errors import CensusError
from conda_census.ingest.pipeline import ingest
from conda_census.simulate.exposure_truth import ExposureDay, ExposureTruth
from conda_census.simulate.lake import simulate_lake
from conda_census.simulate.logs import LogShape, simulate
from conda_census.simulate.scenario import PRESETS, Scenario

#: Long enough for a disclosure, a fix and a month without a visit.
PLAIN = Scenario(installations=400, days=80, seed=11, disclosures=3, urgency=0.3)
ACTIVE = timedelta(days=30)
Unit = tuple[bytes, bytes]


class Rows(NamedTuple):
    """The rows of a lake as a reader takes them: what each unit downloaded, and when it was seen."""

    downloads: list[tuple[datetime, Unit, bool]]
    seen: dict[Unit, list[date]]


def _rows(simulated: SimulatedTables, scenario: Scenario, advisory: str) -> Rows:
    affected = {(each.name, each.version): each.affected for each in judged_builds(scenario)[advisory]}
    downloads = [
        (row["time"], (row["environment"], row["client"]), affected[row["name"], row["version"]])
        for row in simulated.tables["downloads"].to_pylist()
        if row["client"] and any(row["name"] == name for name, _ in affected)
    ]
    seen = defaultdict(list)
    for row in simulated.tables["sessions"].to_pylist():
        if row["client"]:
            seen[row["environment"], row["client"]].append(row["day"])
    return Rows(sorted(downloads), seen)


def _active(rows: Rows, unit: Unit, day: date) -> bool:
    return any(day - ACTIVE < seen <= day for seen in rows.seen[unit])


def _held(rows: Rows, day: date) -> dict[Unit, bool]:
    """Whether the latest own download of each unit until the end of a day is affected."""
    return {unit: affected for time, unit, affected in rows.downloads if time.date() <= day}


def _day(truth: ExposureTruth, days: int) -> ExposureDay:
    told = told_after(truth, days)
    assert told is not None
    return told


@pytest.mark.takes_turns(5, among="the longest")
@pytest.mark.parametrize("dials", [{}, {"opted_out": 0.2, "without_plugin": 0.2, "ci": 0.01, "late": 0.1}])
def test_where_nothing_is_hidden_the_rows_tell_the_truth(dials: dict[str, float]) -> None:
    """On every day: who is exposed, by the latest own download; each unit is an environment."""
    scenario = replace(PLAIN, **dials)
    simulated, most = simulate_tables(scenario), 0
    for truth in simulated.truth["exposure"]:
        rows = _rows(simulated, scenario, truth["id"])
        exposed = []
        for told in truth["by_day"]:
            held = [
                unit for unit, affected in _held(rows, date.fromisoformat(told["day"])).items() if affected
            ]
            exposed.append(sum(_active(rows, unit, date.fromisoformat(told["day"])) for unit in held))
            assert told["held"] == len(held)
            assert told["everywhere"] >= told["held"]
        assert [told["active"] for told in truth["by_day"]] == exposed
        assert [told["active_apart"] for told in truth["by_day"]] == exposed
        assert [sum(told["by_class"].values()) for told in truth["by_day"]] == exposed
        most = max(most, *exposed)
    assert most > 40


@pytest.mark.takes_turns(5, among="the longest")
def test_who_was_remediated_is_told_by_the_rows() -> None:
    """Prevalent is who was exposed on the day of the disclosure; an unaffected download then heals."""
    simulated = simulate_tables(PLAIN)
    for truth in simulated.truth["exposure"]:
        rows, disclosed = _rows(simulated, PLAIN, truth["id"]), date.fromisoformat(truth["disclosed"])
        at_it = [unit for unit, affected in _held(rows, disclosed).items() if affected]
        prevalent = {unit for unit in at_it if _active(rows, unit, disclosed)}
        away = set(at_it) - prevalent
        for days in (0, 7, 30, 55):
            until = disclosed + timedelta(days=days)
            later = [(unit, bad) for time, unit, bad in rows.downloads if disclosed < time.date() <= until]
            healed = {unit for unit, affected in later if not affected}
            back = {unit for unit in away if any(disclosed < seen <= until for seen in rows.seen[unit])}
            incident = ({unit for unit, affected in later if affected} - prevalent) | back
            told = _day(truth, days)
            assert told["prevalent"] is not None
            assert told["incident"] is not None
            left = prevalent - healed
            active = sum(_active(rows, unit, until) for unit in left)
            assert told["prevalent"]["whole"] == {
                "entered": len(prevalent),
                "remediated": len(prevalent & healed),
                "exposed": active,
                "silent": len(left) - active,
            }
            # Who came back only to be healed never entered.
            assert len(incident) - len(back) <= told["incident"]["whole"]["entered"] <= len(incident)
            for group in (told["prevalent"], told["incident"]):
                for state, many in group["whole"].items():
                    assert many == sum(
                        group[name][state] for name in ("lasting", "ephemeral", "image", "new")
                    )


@pytest.mark.takes_turns(4)
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "dials",
    [
        {"cache_hits": 0.8, "silent": 0.2, "opted_out": 0.1, "single": 0.2},
        {"images": 0.4, "ci": 0.02},
        {"clones": 0.5, "single": 0.2},
        PRESETS["hostile"],
    ],
    ids=["hidden", "images", "clones", "hostile"],
)
def test_the_band_of_the_methods_holds_the_truth(dials: dict[str, float], seed: int) -> None:
    """At the disclosure and 7, 30 and 55 days after it; observed alone is off where caches hide installs."""
    scenario = replace(PLAIN, seed=seed, **dials)
    simulated = simulate_tables(scenario)
    hidden = silent = 0
    for truth in simulated.truth["exposure"]:
        rows = _rows(simulated, scenario, truth["id"])
        for days in (0, 7, 30, 55):
            told = _day(truth, days)
            low, observed, high = _band(rows, date.fromisoformat(told["day"]))
            assert low <= told["active"] <= high
            silent += told["held"] - told["active"]
            hidden += observed != told["active"]
    assert silent > 0
    assert hidden <= 0 or "cache_hits" in dials
    assert hidden > 0 or dials.get("cache_hits", 0) < 0.5


def _band(rows: Rows, day: date) -> tuple[int, int, int]:
    """As ``METHODS.md`` has it, unit by unit: one for each token that three installations have."""
    owners = defaultdict(set)
    for (token, client), seen in rows.seen.items():
        if min(seen) <= day:
            owners[token].add(client)

    def unit_of(pair: Unit) -> Unit:
        return (pair[0], b"") if len(owners[pair[0]]) >= 3 else pair

    own = {unit_of(pair): affected for time, pair, affected in rows.downloads if time.date() <= day}
    last_seen: dict[Unit, date] = {}
    for pair in rows.seen:
        for seen in rows.seen[pair]:
            if seen <= day:
                last_seen[unit_of(pair)] = max(seen, last_seen.get(unit_of(pair), seen))
    active = {unit for unit, seen in last_seen.items() if day - seen < ACTIVE}
    observed = {unit for unit, affected in own.items() if affected} & active
    healed_on: dict[bytes, date] = {}
    has_affected = set()
    for time, (_, client), affected in rows.downloads:
        if time.date() <= day and affected:
            has_affected.add(client)
        elif time.date() <= day:
            healed_on.setdefault(client, time.date())
    may_be_healed = {unit for unit in observed if last_seen[unit] >= healed_on.get(unit[1], date.max)}
    may_hold = {unit for unit in active - set(own) if unit[1] in has_affected}
    return len(observed - may_be_healed), len(observed), len(observed | may_hold)


def test_a_trial_has_what_an_estimator_needs() -> None:
    """Tables to ask, builds with their verdicts, and the truth on the days that are asked for."""
    trial = exposure_trial(PLAIN)
    downloads = trial.tables.downloads.to_pyarrow()
    for truth in trial.truths:
        builds = trial.builds[truth["id"]]
        assert {each.affected for each in builds} == {True, False}
        assert {each.name for each in builds} == {truth["package"]}
        assert truth["package"] in downloads["name"].to_pylist()
        assert told_after(truth, 79) is None


def test_containers_of_an_image_are_one_unit() -> None:
    """Twenty-five have one token; each by itself there are many more."""
    truth = simulate_tables(replace(PLAIN, images=0.5, ci=0.02)).truth["exposure"]
    days = [told for each in truth for told in each["by_day"]]
    assert max(told["by_class"]["image"] for told in days) > 0
    assert max(told["by_class"]["ephemeral"] for told in days) > 2
    assert max(told["active_apart"] - told["active"] for told in days) > 5


@pytest.mark.takes_turns(5, among="the longest")
def test_who_is_urged_heals_faster() -> None:
    """The same people, the same day: four weeks later more than twice as many are healed."""

    def healed(urgency: float) -> float:
        truth = simulate_tables(replace(PLAIN, urgency=urgency)).truth["exposure"]
        groups = [_day(each, 28)["prevalent"] for each in truth]
        return sum(group["whole"]["remediated"] for group in groups if group)

    assert healed(1.0) > 1.5 * healed(0.0) > 0


@pytest.mark.takes_turns(5, among="the longest")
def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    """In however many processes, although what is held depends on all days before."""
    scenario = replace(PLAIN, installations=60, days=9, **PRESETS["hostile"])
    truths = [simulate(scenario, tmp_path / str(number), LogShape(), _quietly, number) for number in (1, 2)]

    one, two = (_contents(tmp_path / number) for number in "12")
    assert [*one] == [*two]
    assert [name for name in one if one[name] != two[name]] == []
    assert sum(name.endswith(".gz") for name in one) == 9
    assert truths[0] == truths[1]


@pytest.mark.takes_turns(5, among="the longest")
def test_what_is_published(tmp_path: Path) -> None:
    """Records in OSV's schema, and an index that has every build that anybody downloaded."""
    truth = simulate(PLAIN, tmp_path / "logs", LogShape(), _quietly)["exposure"]
    records = {path.stem: json.loads(path.read_text()) for path in (tmp_path / "logs/advisories").iterdir()}
    assert sorted(records) == [f"CENSUS-SIM-2024-000{number}" for number in (1, 2, 3)]
    for each in truth:
        record = records[each["id"]]
        assert record["published"] == f"{each['disclosed']}T00:00:00Z" <= record["modified"]
        (affected,) = record["affected"]
        assert affected["package"] == {"ecosystem": "conda", "name": each["package"]}
        assert affected["ranges"][0]["events"] == [{"introduced": "0"}, {"fixed": each["fixed_version"]}]
    in_index = set()
    for path in (tmp_path / "logs/repodata").rglob("repodata.json"):
        index = json.loads(path.read_text())
        channel = path.parent.parent.relative_to(tmp_path / "logs/repodata").as_posix()
        for name, entry in index["packages.conda"].items():
            assert name == f"{entry['name']}-{entry['version']}-{entry['build']}.conda"
            in_index.add((channel, index["info"]["subdir"], entry["name"], entry["version"], entry["build"]))
    downloaded = {
        tuple(row[column] for column in ("channel", "subdir", "name", "version", "build"))
        for row in simulate_tables(PLAIN).tables["downloads"].to_pylist()
        if row["name"] in {each["package"] for each in truth}
    }
    assert downloaded <= in_index


@pytest.mark.takes_turns(5, among="the longest")
def test_a_fix_is_there_from_its_day_on() -> None:
    """Some come before the disclosure, others after it; some stay at what was the last affected build."""
    simulated = simulate_tables(PLAIN)
    days = [(each["fix_day"] or "", each["disclosed"]) for each in simulated.truth["exposure"]]
    assert {fix <= disclosed for fix, disclosed in days} == {True, False}
    for each in simulated.truth["exposure"]:
        rows = _rows(simulated, PLAIN, each["id"])
        fix_day = date.fromisoformat(each["fix_day"] or "")
        unaffected = [time.date() for time, _, affected in rows.downloads if not affected]
        affected_later = [time for time, _, affected in rows.downloads if affected and time.date() > fix_day]
        assert fix_day <= min(unaffected) <= fix_day + timedelta(days=5)
        assert 0 < len(affected_later) < 0.2 * len(unaffected)


def test_ingest_leaves_alone_what_is_published(tmp_path: Path) -> None:
    """The folder holds logs, and beside them JSON that is none."""
    scenario = replace(PLAIN, installations=30, days=4)
    lines = simulate(scenario, tmp_path / "logs", LogShape(), _quietly)["lines"]
    settings = Settings(lake=tmp_path / "lake", config_folder=tmp_path / "config", writer="main", formats=())
    summary = ingest([str(tmp_path / "logs")], settings, "auto", lambda **_: None)
    assert (summary.failed, summary.lines) == (0, lines)


def test_a_lake_has_it_in_a_folder_of_its_own(tmp_path: Path) -> None:
    """The same as beside the logs."""
    scenario = replace(PLAIN, installations=30, days=4)
    simulate_lake(scenario, tmp_path / "lake", _quietly)
    simulate(scenario, tmp_path / "logs", LogShape(), _quietly)
    for folder in ("advisories", "repodata"):
        beside, within = (_contents(tmp_path / path / folder) for path in ("logs", "lake/simulated"))
        assert beside == within != {}


@pytest.mark.parametrize("wrong", [{"disclosures": 21}, {"disclosures": -1}, {"urgency": 1.5}])
def test_what_cannot_be_disclosed(wrong: dict[str, int]) -> None:
    """It is said before anything is written."""
    with pytest.raises(CensusError, match=r"--disclosures is between 0 and 20|--urgency is a share"):
        replace(PLAIN, **wrong)


def _quietly(_what: str, *, done: int, of: int) -> None:
    assert 0 <= done < of


def _contents(folder: Path) -> dict[str, bytes]:
    files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}
