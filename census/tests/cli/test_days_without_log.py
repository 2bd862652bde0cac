"""A day without a log is unknown: in the report, in what lists the logs, and in exit codes."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from census_support.inputs.small_log import SmallLog
from census_support.oracles.parsed_page import ParsedPage
from census_support.processes.census_process import CensusProcess

_MONDAY = date(2024, 1, 1)
_DAYS = 35
#: Two of them next to each other, in the third and in the fourth week.
_MISSING = [_MONDAY + timedelta(days=number) for number in (17, 20, 21)]


@pytest.fixture(scope="module")
def lakes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, CensusProcess]:
    """Five weeks in which one installation comes daily and a new one each day, and comes back a week later.

    Of ``whole`` every log was read, of ``holed`` all but three.
    """
    lakes = {}
    for name, missing in (("whole", []), ("holed", _MISSING)):
        census = CensusProcess(tmp_path_factory.mktemp(name))
        for number in range(_DAYS):
            day = _MONDAY + timedelta(days=number)
            log = SmallLog(start=datetime(day.year, day.month, day.day, 10, tzinfo=UTC))
            for client in ("daily", f"new-{number}", f"new-{number - 7}"):
                log.request("/main/noarch/numpy-1.0-0.conda", client=client, session=f"{client}-{number}")
            if day not in missing:
                log.write(census.folder / f"{day}.log")
        done = census("ingest", *sorted(census.folder.glob("*.log")))
        assert done.returncode == 0, done.stderr
        lakes[name] = census
    return lakes


@pytest.fixture(scope="module")
def told(lakes: dict[str, CensusProcess]) -> dict[str, dict[str, Any]]:
    """The report on each, as JSON."""
    return {name: _report(census) for name, census in lakes.items()}


def _report(census: CensusProcess, *arguments: str) -> dict[str, Any]:
    done = census("report", "--json", *arguments)
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


@pytest.mark.takes_turns(5, among="the longest")
def test_the_window_names_them(lakes: dict[str, CensusProcess], told: dict[str, dict[str, Any]]) -> None:
    """In JSON; and a person never reads that it is complete."""
    window = told["holed"]["window"]
    assert window["days_without_log"] == [day.isoformat() for day in _MISSING]
    assert window["complete"] is False
    assert window["complete_until"] == "2024-02-04"
    assert told["whole"]["window"]["complete"] is True
    shown = " ".join(lakes["holed"]("report").stdout.split())
    assert "3 of 35 days have no log: nothing is known of them" in shown
    assert "is a day without a log" in shown


@pytest.mark.takes_turns(5, among="the longest")
def test_no_count_is_shown_as_all_of_them(
    lakes: dict[str, CensusProcess], told: dict[str, dict[str, Any]]
) -> None:
    """It is at least so many, in the terminal and on the page; both tell what it does to each number."""
    for name, is_known in (("whole", True), ("holed", False)):
        census = lakes[name]
        shown = " ".join(census("report", "--html", "page.html").stdout.split())
        page = ParsedPage((census.folder / "page.html").read_text()).text
        for text in (shown, page):
            assert bool(re.search(r"\d counted ", text)) == is_known
            assert ("folded, at least: 3 of 35 days have no log" in text) == (not is_known)
            assert (text.count("Of the days with a log, so that each number") >= 2) == (not is_known)
            assert ("at least: 3 of 35 days have no log" in text) == (not is_known)
            assert ("Days without a log make lasting installations look" in text) == (not is_known)
        gaps = [note["note"] for note in told[name]["notes"] if note["note"].endswith("of the window)")]
        assert bool(gaps) == (not is_known)
        assert [note for note in gaps if note not in page] == []


def test_no_number_of_an_unknown_day_is_shown(told: dict[str, dict[str, Any]]) -> None:
    """What needs one is null; everything else is what the whole logs give."""
    whole, holed = told["whole"], told["holed"]
    missing = {day.isoformat() for day in _MISSING}
    assert [day["day"] for day in holed["by_day"]] == [day["day"] for day in whole["by_day"]]
    for known, found in zip(whole["by_day"], holed["by_day"], strict=True):
        unknown = {key for key, value in found.items() if value is None}
        if found["day"] in missing:
            assert unknown == {"sessions", "installations", "first_seen", "downloads"}
        else:
            assert found == known | dict.fromkeys(unknown)
            assert unknown <= {"first_seen"}
    assert [day["day"] for day in holed["by_day"] if day["first_seen"] is None] == [
        (_MONDAY + timedelta(days=number)).isoformat() for number in range(17, 29)
    ]


def test_who_came_back_is_not_known_of_weeks_with_such_a_day(told: dict[str, dict[str, Any]]) -> None:
    """A share is null, or the one that the whole logs give: never a smaller one."""
    whole, holed = told["whole"], told["holed"]
    assert [each["week"] for each in holed["retention"]] == [each["week"] for each in whole["retention"]]
    unknown = {}
    for known, found in zip(whole["retention"], holed["retention"], strict=True):
        for later, (right, share) in enumerate(zip(known["active"], found["active"], strict=True)):
            if share["value"] is None:
                unknown[found["week"], later] = True
            else:
                assert share == right
    weeks = [(_MONDAY + timedelta(weeks=number)).isoformat() for number in range(5)]
    assert set(unknown) == {
        *((weeks[0], later) for later in (2, 3)), *((weeks[1], later) for later in (1, 2)),
        *((weeks[2], later) for later in range(3)), *((weeks[3], later) for later in range(2)), (weeks[4], 0),
    }  # fmt: skip


@pytest.mark.takes_turns(5, among="the longest")
@pytest.mark.parametrize(
    ("until", "known"),
    [
        ("2024-02-04", ["1", "7"]),
        ("2024-01-24", ["1"]),
        ("2024-01-20", ["1"]),
        ("2024-01-17", ["1", "7", "30", "90"]),
    ],
)
def test_activity_is_known_if_every_day_of_it_is(
    lakes: dict[str, CensusProcess], until: str, known: list[str]
) -> None:
    """Of the last 1, 7, 30 and 90 days."""
    active = _report(lakes["holed"], "--until", until)["installations"]["active"]
    assert [days for days, number in active.items() if number is not None] == known


@pytest.mark.takes_turns(5, among="the longest")
def test_what_lists_the_logs_names_the_state_of_each_day(lakes: dict[str, CensusProcess]) -> None:
    """And tells a monitor by its exit code, unless the hole is declared."""
    census = lakes["holed"]
    states = {day["day"]: day["state"] for day in json.loads(census("sources", "--json").stdout)["days"]}
    assert {day for day, state in states.items() if state == "no_log"} == {
        day.isoformat() for day in _MISSING
    }
    assert set(states.values()) == {"complete", "no_log"}
    strict = census("sources", "--strict")
    assert strict.returncode == 1
    assert "3 days have no log: 2024-01-18, 2024-01-21, 2024-01-22: read the logs" in strict.stderr
    assert lakes["whole"]("sources", "--strict").returncode == 0

    holes = (
        "[[holes]]\nsince = 2024-01-18\n[[holes]]\nsince = 2024-01-21\nuntil = 2024-01-22\nreason = 'moved'\n"
    )
    (census.folder / "holes.toml").write_text(holes)
    census.variables["CENSUS_TOML"] = "holes.toml"
    try:
        assert census("sources", "--strict").returncode == 0
        days = json.loads(census("sources", "--json").stdout)["days"]
        declared = [(day["day"], day["reason"]) for day in days if day["state"] == "declared_hole"]
        assert declared == [("2024-01-18", ""), ("2024-01-21", "moved"), ("2024-01-22", "moved")]
        assert "no log, as declared: moved" in census("sources").stdout
        assert _report(census)["window"]["complete"] is False
    finally:
        del census.variables["CENSUS_TOML"]


@pytest.mark.takes_turns(5, among="the longest")
@pytest.mark.parametrize(
    ("read", "declared", "missing"),
    [
        pytest.param([1, 4], "since = 2024-01-02", [3], id="one beside a declared one"),
        pytest.param([1, 12], "since = 2024-01-15", range(2, 12), id="many"),
        pytest.param([1, 3], "since = 2024-01-02", [], id="a declared one"),
    ],
)
def test_a_monitor_of_ingest_is_told(
    census: CensusProcess, read: list[int], declared: str, missing: list[int]
) -> None:
    """By code 1 and one line that names them; the same line stands beside the list of what was read."""
    for day in read:
        log = SmallLog(start=datetime(2024, 1, day, 10, tzinfo=UTC)).request(client="ada", session=f"s{day}")
        log.write(census.folder / f"{day}.log")
    (census.folder / "holes.toml").write_text(f"[[holes]]\n{declared}\n")
    census.variables["CENSUS_TOML"] = "holes.toml"
    strict, listed = census("ingest", "*.log", "--strict"), census("sources")
    assert (strict.returncode, listed.returncode) == (1 if missing else 0, 0)
    days = [f"2024-01-{day:02}" for day in missing]
    for done in (strict, listed):
        lines = [line for line in done.stderr.splitlines() if "no log" in line]
        assert len(lines) == (1 if missing else 0)
        if missing:
            assert f"no log: {', '.join(days[:5])}" in lines[0]
            assert ("and 5 more" in lines[0]) == (len(days) == 10)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("--since", "2024-03-01"),
            "no log of these days was read: the logs that were read are of 2024-01-01",
        ),
        (("--until", "2023-12-31"), "no log of these days was read"),
        (
            ("--since", "2024-01-18", "--until", "2024-01-18"),
            "2024-01-18 to 2024-01-18: no log of these days",
        ),
        (
            ("--package", "nunpy"),
            "nunpy: nobody downloaded a package of this name in these days: did you mean numpy?",
        ),
        (("--package", "zzz"), "zzz: nobody downloaded a package of this name in these days"),
    ],
)
def test_nothing_is_reported_of_nothing(
    lakes: dict[str, CensusProcess], arguments: tuple[str, ...], said: str
) -> None:
    """Days without any log, and packages that nobody has, are errors of one line that say what there is."""
    done = lakes["holed"]("report", *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["report", "sources"])
def test_a_window_that_ends_before_it_begins_is_wrong_usage(
    lakes: dict[str, CensusProcess], command: str
) -> None:
    """Exit code 2, as for every wrong option."""
    done = lakes["whole"](command, "--since", "2024-01-05", "--until", "2024-01-04")
    assert done.returncode == 2
    assert "the first day is after the last one" in done.stderr


@pytest.mark.takes_turns(5, among="the longest")
def test_a_package_has_its_name_everywhere(lakes: dict[str, CensusProcess]) -> None:
    """Whatever letters were asked for: on the terminal, in JSON, on the page and in the tables."""
    census = lakes["whole"]
    arguments = ("--package", "NumPy", "--html", "numpy.html", "--csv", "tables")
    assert "Package numpy" in census("report", *arguments).stdout
    assert _report(census, *arguments)["packages"]["name"] == "numpy"
    assert "<strong>numpy</strong>" in (census.folder / "numpy.html").read_text()
    assert '"numpy"' in (census.folder / "tables" / "package_versions.csv").read_text()
    assert '"numpy"' in (census.folder / "tables" / "window.csv").read_text()


@pytest.mark.takes_turns(5, among="the longest")
def test_a_clock_that_went_wrong_does_not_lead_the_report(census: CensusProcess) -> None:
    """Lines of the year 2099 and of 1970 are dropped, whatever the format reads them fast or slowly."""
    log = SmallLog().request("/main/noarch/numpy-1.0-0.conda", client="ada", session="s1")
    [line] = log.lines
    for year in ("2099", "1970"):
        log.text(line.replace("/2024:", f"/{year}:"))
        log.text(line.replace("/2024:", f"/{year}:").replace("GET", "PUT"))
    log.write(census.folder / "access.log")
    summary = json.loads(census("ingest", "access.log", "--json").stdout)
    assert (summary["requests"], summary["dropped"]) == (1, {"impossible_time": 4})
    assert _report(census)["window"]["until"] == "2024-01-16"
    assert census("sources", "--verify").returncode == 0
