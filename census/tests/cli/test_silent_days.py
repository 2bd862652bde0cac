"""Days of which a log that spans them has no line: not known, unless they were quiet ones."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from census_support.inputs.small_log import SmallLog
from census_support.oracles.parsed_page import ParsedPage
from census_support.processes.census_process import CensusProcess

_FIRST = date(2024, 4, 8)


def _lines(number: int, clients: int = 8, hour: int = 9) -> list[str]:
    """The lines of the day that is so many days after the first one."""
    day = _FIRST + timedelta(days=number)
    log = SmallLog(start=datetime(day.year, day.month, day.day, hour, tzinfo=UTC))
    for client in range(clients):
        name = f"{number}-{hour}-{client}"
        for path in ("/main/noarch/repodata.json", "/main/noarch/numpy-1.0-0.conda"):
            log.request(path, client=name, session=name, environment=name, address=f"192.0.2.{client}")
    lines: list[str] = log.lines
    return lines


def _all(days: Iterable[int], silent: Iterable[int] = ()) -> list[str]:
    return [line for day in days if day not in silent for line in _lines(day)]


def _other_format(lines: list[str]) -> list[str]:
    return [f"2024 {line}" for line in lines]


def _quarters(days: range, lost: Iterable[tuple[int, int]] = ()) -> dict[str, list[str]]:
    """The logs of quarters of days, by their names, but for those that are lost."""
    quarters = ((day, hour) for day in days for hour in (3, 9, 15, 21))
    return {
        f"{day:02}-{hour:02}.log": _lines(day, 6, hour) for day, hour in quarters if (day, hour) not in lost
    }


def _put_together(logs: dict[str, list[str]]) -> dict[str, list[str]]:
    return {"all.log": [line for lines in logs.values() for line in lines]}


_LOST = [(5, 3), (5, 9), (5, 21), (8, 9), (8, 15), (8, 21)]
_LOGS: dict[str, tuple[dict[str, list[str]], list[int]]] = {
    # All lines of two days are in another format.
    "dropped": (
        {"a.log": [*_all(range(6)), *_other_format(_all(range(6, 8))), *_all(range(8, 15))]},
        [6, 7],
    ),
    # Daily logs were put together, four of them missing here and there.
    "put together": ({"all.log": _all(range(17), (2, 3, 9, 14))}, [2, 3, 9, 14]),
    # A lost week, and a late line of the day before it in the next log.
    "a late line": (
        {"a.log": _all(range(6)), "b.log": [*_lines(5, 1, hour=23), *_all(range(13, 20))]},
        list(range(6, 13)),
    ),
    # One line that is dated long after the log.
    "behind the log": ({"a.log": [*_all(range(9)), *_lines(40, 1)]}, list(range(9, 40))),
    # Logs change four times a day, and of two days only one is left.
    "quarters": (_quarters(range(12), _LOST), [5, 8]),
    "quarters put together": (_put_together(_quarters(range(12), _LOST)), [5, 8]),
    # Nobody comes on weekends, and on few days at all.
    "weekends": ({"a.log": _all(range(33), [day for day in range(33) if day % 7 in (5, 6)])}, []),
    "quiet": ({"a.log": [line for day in (0, 3, 4, 9, 15, 17) for line in _lines(day, 1)]}, []),
}


@pytest.mark.takes_turns(5, among="the longest")
@pytest.mark.parametrize("name", _LOGS)
def test_silent_days(name: str, tmp_path: Path) -> None:
    """The report, ``sources`` and ``ingest`` agree which of them are not known."""
    logs, missing = _LOGS[name]
    days = [(_FIRST + timedelta(days=number)).isoformat() for number in missing]
    census = CensusProcess(tmp_path)
    for log, lines in logs.items():
        (census.folder / log).write_text("".join(f"{line}\n" for line in lines))
    done = census("ingest", "--strict", *logs)
    assert done.returncode == (1 if days else 0), done.stderr
    assert (f"{len(days)} days have no log: {days[0]}" in done.stderr) if days else True
    assert census("sources", "--strict", "--quiet").returncode == (1 if days else 0)

    report = _json(census, "report")
    window = report["window"]
    assert (window["since"], window["days_without_log"], window["complete"]) == ("2024-04-08", days, not days)
    assert [day["day"] for day in report["by_day"] if day["downloads"] is None] == days
    listed = _json(census, "sources")["days"]
    assert [each["day"] for each in listed if each["state"] == "no_log"] == days
    assert [each["day"] for each in listed if each["reason"]] == days
    rows = _json(census, "sql", "SELECT day FROM by_day WHERE downloads IS NULL ORDER BY day")
    assert days == [str(next(iter(row.values())) if isinstance(row, dict) else row[0]) for row in _rows(rows)]
    assert (report["installations"]["active"]["30"] is None) == bool(days)


@pytest.mark.takes_turns(5, among="the longest")
def test_the_first_and_the_last_day_of_logs(tmp_path: Path) -> None:
    """If only a part of them is in the logs, a note says so of the first, and the last is provisional."""
    census = CensusProcess(tmp_path)
    logs = _quarters(range(12), [(0, 3), (0, 9), (0, 15), (11, 9), (11, 15), (11, 21)])
    for log, lines in logs.items():
        (census.folder / log).write_text("".join(f"{line}\n" for line in lines))
    assert census("ingest", "--strict", *logs).returncode == 0
    report = _json(census, "report")
    assert report["window"] == {
        "since": "2024-04-08",
        "until": "2024-04-19",
        "complete_until": "2024-04-18",
        "complete": False,
        "days_without_log": [],
    }
    states = [each["state"] for each in _json(census, "sources")["days"]]
    assert states == ["complete"] * 11 + ["provisional"]
    for text in (census("report", "--verbose").stdout, ParsedPage(_page(census)).text):
        assert "Too low on 2024-04-08: the logs begin at 21:00 UTC" in " ".join(text.split())
    assert _json(census, "report", "--until", "2024-04-18")["window"]["complete"]


def _page(census: CensusProcess) -> str:
    assert census("report", "--html", "page.html").returncode == 0
    return (census.folder / "page.html").read_text()


@pytest.mark.takes_turns(5, among="the longest")
def test_a_line_of_a_wrong_clock(tmp_path: Path) -> None:
    """The window does not begin with it, says so, and is not complete; it can be asked for."""
    census = CensusProcess(tmp_path)
    lines = [line.replace("/Apr/2024:", "/Jan/2002:") for line in _lines(0, 1)] + _all(range(9))
    (census.folder / "a.log").write_text("".join(f"{line}\n" for line in lines))
    strict = census("ingest", "--strict", "a.log")
    assert strict.returncode == 1
    assert "days have no log: 2002-01-09, " in strict.stderr
    sources = census("sources", "--strict", "--quiet")
    assert sources.returncode == 1
    assert "days have no log: 2002-01-09, " in sources.stderr
    report = _json(census, "report")
    assert (report["window"]["since"], report["window"]["complete"]) == ("2024-04-08", False)
    assert {day["downloads"] for day in report["by_day"]} == {8}
    assert report["installations"]["active"]["30"] is None
    shown = " ".join(census("report", "--html", "page.html").stdout.split())
    for text in (shown, ParsedPage((census.folder / "page.html").read_text()).text):
        assert "complete but for what is left out" in text
        assert "Requests of 2002-01-08 are left out" in text
    assert _json(census, "report", "--since", "2002-01-08")["window"]["since"] == "2002-01-08"


def _json(census: CensusProcess, command: str, *arguments: str) -> Any:  # noqa: ANN401  any document
    done = census(command, "--json", *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _rows(document: Any) -> Any:  # noqa: ANN401  any document
    return document["rows"] if isinstance(document, dict) else document
