"""Is a log told of whose lines should be requests, and of which none is?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from census_support.inputs.small_log import SmallLog
from census_support.processes.census_process import CensusProcess
from conda_census.logs.formats import BUILT_IN
from conda_census.logs.formats.cloudfront import STANDARD_HEADER

_IIS = "#Fields: date time s-ip cs-method cs-uri-stem s-port c-ip cs(User-Agent) sc-status time-taken"
_IIS_LINE = "2024-01-16 23:53:20 192.0.2.1 GET /main/noarch/a-1-0.conda 443 192.0.2.7 conda/24.7.1 200 12"
_CLOUDFRONT_LINE = BUILT_IN["cloudfront"].example
_JSON = (
    '{"cs-method":"GET","cs-uri-stem":"/main/noarch/a-1-0.conda","sc-status":"200","c-ip":"192.0.2.7"%s,'
    '"cs(User-Agent)":"conda/24.7.1"}'
)
_COMBINED = SmallLog().request(client="ada").lines[0]
_LINES = 30
_WHAT_TO_DO = (
    ": check the format and the header, and give --format if it was read in a wrong one; then take it out "
    "with conda-census sources --forget SOURCE, and ingest it again"
)

#: By a name: what stands above, the line, and why it is dropped.
_IN_VAIN = {
    "a header one field short (iis)": (_IIS.removesuffix(" time-taken"), _IIS_LINE, "not_in_format"),
    "a header one field short (cloudfront-v2)": (
        "#Fields: date time c-ip cs-method cs-uri-stem sc-status",
        "2024-01-16\t23:53:20\t192.0.2.7\tGET\t/main/noarch/a-1-0.conda\t200\t2326",
        "not_in_format",
    ),
    "a header cut in the middle (cloudfront)": (
        STANDARD_HEADER[: STANDARD_HEADER.index(b" x-host-header")].decode(),
        _CLOUDFRONT_LINE,
        "not_in_format",
    ),
    "no such zone (combined)": (None, _COMBINED.replace("+0000", "+9900"), "no_time"),
    "no time (cloudfront-v2)": (None, _JSON % "", "no_time"),
    "a clock that went wrong (combined)": (None, _COMBINED.replace("2024", "1970"), "impossible_time"),
    "a clock that went wrong (cloudfront-v2)": (
        None,
        _JSON % ',"timestamp(ms)":"32503680000000"',
        "impossible_time",
    ),
}  # fmt: skip

#: Lines that are dropped for what they are, or logs of which not all are.
_NOT_IN_VAIN = {
    "no answer (combined)": [_COMBINED.replace('" 200 1000 "', '" 000 0 "')] * _LINES,
    "no request (combined)": [_COMBINED.replace("GET /main/noarch/repodata.json HTTP/1.1", "-")] * _LINES,
    "one line of many (combined)": [_COMBINED, *[_COMBINED.replace("+0000", "+9900")] * _LINES],
    "fewer odd lines than others (combined)": [
        *[_COMBINED.replace("+0000", "+9900")] * 10,
        *[_COMBINED.replace('" 200 1000 "', '" 000 0 "')] * 20,
    ],
}


def _write(path: Path, lines: list[str]) -> str:
    path.write_text("".join(f"{line}\n" for line in lines))
    return path.name


@pytest.mark.parametrize("name", _IN_VAIN)
def test_a_log_that_was_read_in_vain(census: CensusProcess, tmp_path: Path, name: str) -> None:
    """One line on standard error and one warning in the JSON; a strict run fails, and so the report says."""
    above, line, reason = _IN_VAIN[name]
    log = _write(tmp_path / "access.log", [*([above] if above else []), *[line] * _LINES])
    told = f"none of {_LINES} lines is a request (main reason: {reason}){_WHAT_TO_DO}"

    done = census("ingest", log, "--json")

    assert (done.returncode, done.stderr) == (0, f"conda-census: {tmp_path / log}: {told}\n")
    summary = json.loads(done.stdout)
    assert summary["warnings"] == [{"source": str(tmp_path / log), "reason": told}]
    assert (summary["requests"], summary["dropped"][reason]) == (0, _LINES)
    assert census("ingest", log, "--strict", "--lake", "strict").returncode == 1
    read = f"{summary['lines']} lines were read, and none is a request"
    for command in (("report",), ("sources", "--quiet")):
        shown = census(*command)
        assert shown.returncode == 0, shown.stderr
        assert "nothing has been ingested yet" not in shown.stdout
    assert read in census("report").stdout
    assert census("ingest", log, "--strict").returncode == 0  # told once, as all that is skipped


@pytest.mark.parametrize("name", _NOT_IN_VAIN)
def test_a_log_of_which_no_line_is_to_be_a_request(census: CensusProcess, tmp_path: Path, name: str) -> None:
    """Nothing is told of it."""
    log = _write(tmp_path / "access.log", _NOT_IN_VAIN[name])
    done = census("ingest", log, "--json", "--strict", "--format", name[name.rindex("(") + 1 : -1])
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["warnings"] == []


def test_lines_that_were_read_before(census: CensusProcess, tmp_path: Path) -> None:
    """A log all of whose requests are known by their ids was not read in vain."""
    lines = [_CLOUDFRONT_LINE.replace("EXAMPLErequest", f"{number}request") for number in range(_LINES)]
    header = STANDARD_HEADER.decode()
    census("ingest", _write(tmp_path / "a.log", [header, *lines]))
    done = census("ingest", _write(tmp_path / "b.log", ["#Version: 1.0", header, *lines]), "--json")
    summary = json.loads(done.stdout)
    assert summary["dropped"] == {"directive": 2, "repeated": _LINES}
    assert summary["warnings"] == []


def test_many_logs_are_told_in_one_line(census: CensusProcess, tmp_path: Path) -> None:
    """Lines are added up; the JSON has a warning for each. A log that is right is not among them."""
    bad = _COMBINED.replace("+0000", "+9900")
    for number in range(5):
        _write(tmp_path / f"{number}.log", [bad.replace("repodata", f"r{number}")] * (number + 1))
    _write(tmp_path / "good.log", [_COMBINED] * _LINES)

    done = census("ingest", *[f"{number}.log" for number in range(5)], "good.log", "--json", "--strict")

    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    told = "2.log and 2 more: none of 15 lines is a request (main reason: no_time)"
    assert line.endswith(f"{told}{_WHAT_TO_DO}")
    reasons = [each["reason"] for each in json.loads(done.stdout)["warnings"]]
    assert [reason.split(" a request")[0] for reason in reasons] == [
        "its only line is not",
        *[f"none of {number} lines is" for number in range(2, 6)],
    ]


@pytest.mark.parametrize(("new", "is_told"), [(19, False), (20, True)])
def test_new_lines_of_a_log_that_grew(census: CensusProcess, tmp_path: Path, new: int, is_told: bool) -> None:
    """A few of them may be one client that sends garbage; many are told."""
    bad = _COMBINED.replace("+0000", "+9900")
    census("ingest", _write(tmp_path / "access.log", [_COMBINED] * 3))
    done = census("ingest", _write(tmp_path / "access.log", [*[_COMBINED] * 3, *[bad] * new]), "--json")
    warnings = json.loads(done.stdout)["warnings"]
    assert len(warnings) == is_told
    assert (f"none of {new} lines is a request" in done.stderr) == is_told


def test_a_log_is_not_told_twice(census: CensusProcess, tmp_path: Path) -> None:
    """That the share of what is dropped moved would say the same again; of another log it says it still."""
    _write(tmp_path / "0.log", [_COMBINED] * 200)
    _write(tmp_path / "1.log", [_COMBINED.replace("+0000", "+9900")] * 200)
    times = ["+9900" if number % 2 else "-0100" for number in range(200)]
    _write(tmp_path / "2.log", [_COMBINED.replace("+0000", time) for time in times])
    census("ingest", "0.log")

    first = census("ingest", "1.log", "--json")
    assert json.loads(first.stdout)["moved"] == []
    assert first.stderr.count("\n") == 1
    census("sources", "--forget", "1.log")
    both = json.loads(census("ingest", "1.log", "2.log", "--json").stdout)
    assert [(each["reason"], each["now"]) for each in both["moved"]] == [("no_time", 0.5)]
    assert [Path(each["source"]).name for each in both["warnings"]] == ["1.log"]
