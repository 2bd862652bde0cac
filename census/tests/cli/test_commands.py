"""Do the commands print what the interfaces say, and nothing else?"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from contextlib import chdir
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from census_support.inputs.small_log import START, SmallLog
from census_support.processes.census_process import CensusProcess
from conda_census import __version__
from conda_census.cli import app
from conda_census.errors import CensusError
from conda_census.reports.render.output_files import expect_writable


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Two installations, of which one has two environments, an opted-out request and an installer."""
    log = SmallLog().request(client="c1", session="s1", environment="e1")
    log.request(client="c1", session="s2", environment="e2").request(
        client="c2", session="s3", environment="e3"
    )
    log.request(suffix="aau/1.0.0").request(
        "/miniconda/Miniconda3-latest-Linux-x86_64.sh", agent="Wget/1.21.3"
    )
    return log.text("garbage").write(tmp_path / "access.log")


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("conda_census.cli", {"ibis", "duckdb", "pyarrow", "deltalake", "numpy", "scipy", "plotly"}),
        ("conda_census.ingest.pipeline", {"ibis", "scipy", "plotly"}),
    ],
)
def test_a_command_imports_what_it_needs(module: str, heavy: set[str]) -> None:
    """Help comes at once, and a run of ``ingest`` each minute does not load what only a report needs."""
    program = f"import json, sys, {module}; print(json.dumps([*sys.modules]))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert heavy & set(json.loads(done.stdout)) == set()


def test_ingest_json(census: CensusProcess, log: Path) -> None:
    """Its keys are those of the interface; a second time everything is skipped."""
    first, second = (json.loads(census("ingest", log, "--json").stdout) for _ in range(2))
    assert first.pop("seconds") > 0
    assert first == {
        "sources": {"read": 1, "skipped": 0, "failed": 0},
        "lines": 6,
        "requests": 5,
        "dropped": {"not_in_format": 1},
        "moved": [],
        "set_aside": [],
        "waiting": [],
        "warnings": [],
    }
    assert second["sources"] == {"read": 0, "skipped": 1, "failed": 0}
    assert second["lines"] == 0


@pytest.mark.takes_turns(5, among="the longest")
def test_report_json(census: CensusProcess, log: Path) -> None:
    """Its keys are those of the interface, its figures those of the log."""
    census("ingest", log)
    report = json.loads(census("report", "--json").stdout)
    unknown = {"value": None, "low": None, "high": None}
    assert report["window"]["since"] == report["window"]["until"] == "2024-01-16"
    assert report["window"]["complete_until"] == "2024-01-16"
    assert report["installations"]["total"] == 2
    assert report["installations"]["by_class"] == {"lasting": 0, "ephemeral": 0, "image": 0, "new": 2}
    assert report["installations"]["active"] == {"1": 2, "7": 2, "30": 2, "90": 2}
    assert report["environments"]["total"] == 3
    assert report["environments"]["per_installation"] == {"1": 1, "2": 1, "3": 0, "4": 0, "5+": 0}
    assert report["environments"]["single_share"]["value"] == 0.5
    assert report["environments"]["single_share_lasting"] == unknown
    # Three requests of one address on one day: nothing says how sure the share is.
    assert report["opted_out"]["share"] == {"value": 0.5, "low": None, "high": None}
    assert report["opted_out"]["naive"] == {"requests": 0.25, "sessions": 0.25, "visitor_days": 0.5}
    assert report["installer_downloads"] == {
        "total": 1,
        "rows": [
            {
                "period": "2024-01",
                "product": "Miniconda3",
                "platform": "Linux-x86_64",
                "version": "latest",
                "agent": "command-line fetcher",
                "downloads": 1,
            }
        ],
    }
    assert report["sessions"] == {"total": 3, "without_token": 2}
    assert report["downloads"] == {"total": 0}
    accounting = report["accounting"]
    assert (accounting["lines"], accounting["requests"]) == (6, 5)
    assert accounting["dropped"] == {"not_in_format": 1}
    assert accounting["other_share"] == 0


@pytest.mark.takes_turns(5, among="the longest")
def test_drops_that_moved(census: CensusProcess, tmp_path: Path) -> None:
    """Half of a day's lines are garbage, after none the day before: told, and an error where strict."""
    yesterday, today = SmallLog(), SmallLog(start=START + timedelta(days=1))
    for _ in range(100):
        yesterday.request()
    for _ in range(20):
        today.request("/robots.txt").text("garbage")
    first = census("ingest", yesterday.write(tmp_path / "1.log"), "--strict", "--json")
    second = census("ingest", today.write(tmp_path / "2.log"), "--strict", "--json")
    assert (first.returncode, json.loads(first.stdout)["moved"]) == (0, [])
    assert second.returncode == 3
    assert json.loads(second.stdout)["moved"] == [
        {"reason": "not_in_format", "before": 0.0, "now": 0.5},
        {"reason": "other", "before": 0.0, "now": 1.0},
    ]
    assert "conda-census: not_in_format: 50.00% of the lines, after 0.00% in the 7 days" in second.stderr
    assert second.stderr.count("conda-census: ") == 2
    again = census("ingest", tmp_path / "2.log", "--strict", "--json")
    assert (again.returncode, json.loads(again.stdout)["moved"]) == (0, [])


@pytest.mark.takes_turns(5, among="the longest")
def test_sources_json(census: CensusProcess, log: Path) -> None:
    """What was read, what was dropped with its line, and one day, which is long complete."""
    census("ingest", log)
    listed = json.loads(census("sources", "--json").stdout)
    (source,) = listed["sources"]
    assert source.pop("ingested_at") > "2024-01-16T"
    assert source == {
        "source": str(log),
        "format": "combined",
        "first_line": 1,
        "lines": 6,
        "requests": 5,
        "dropped": {"not_in_format": {"lines": 1, "first_lines": [6]}},
        "first_time": "2024-01-16T10:00:00Z",
        "last_time": "2024-01-16T10:00:04Z",
        "batch": "main/1",
    }
    day = {
        "day": "2024-01-16",
        "sources": 1,
        "lines": 6,
        "requests": 5,
        "dropped": 1,
        "complete": True,
        "state": "complete",
        "reason": "",
    }
    assert listed["by_day"] == [day]
    assert listed["days"] == [{"day": "2024-01-16", "state": "complete", "reason": ""}]
    days = dict.fromkeys(("since", "until", "complete_until"), "2024-01-16")
    assert listed["window"] == days | {"complete": True, "days_without_log": []}


@pytest.mark.takes_turns(5, among="the longest")
def test_sources_in_a_pipe(census: CensusProcess, log: Path) -> None:
    """Plain lines for cut and grep, and only those of the days that were asked for."""
    census("ingest", log)
    lines = [line.split("\t") for line in census("sources").stdout.splitlines()]
    assert lines[1][1:5] == ["combined", "6", "5", "1 not_in_format (line 6)"]
    assert lines[-1] == ["2024-01-16", "1", "6", "5", "1", "complete"]
    later = census("sources", "--since", "2024-01-17").stdout.splitlines()
    assert len(later) == 4
    assert later[-1] == "2024-01-17\t0\t0\t0\t0\tno log"


@pytest.mark.takes_turns(5, among="the longest")
def test_export(census: CensusProcess, tmp_path: Path) -> None:
    """A line for a person, its figures as JSON."""
    packages = SmallLog().request("/main/linux-64/numpy-1.26.4-py311_0.conda", client="c1", session="s1")
    packages.request("/main/noarch/pip-24.0-pyhd8ed1ab_0.conda", client="c1", session="s1")
    census("ingest", packages.write(tmp_path / "access.log"))
    told = census("export", "--condastats", tmp_path / "public")
    assert told.stdout.startswith("wrote 2 files with 2 downloads from 2024-01-16 to 2024-01-16 into ")
    assert told.stderr == ""
    again = census("export", "--condastats", tmp_path / "public", "--json", "--verbose")
    assert "exporting 2024-01-16 (1 of 2)" in again.stderr
    written = json.loads(again.stdout)
    assert written == {
        "folder": str(tmp_path / "public"), "since": "2024-01-16", "until": "2024-01-16", "files": 2,
        "rows": 4, "downloads": 2, "days_without_log": [], "months_left_out": [], "likely_copies": 0,
        "unread_logs": 0, "doubtful_logs": 0,
    }  # fmt: skip


@pytest.mark.takes_turns(5, among="the longest")
def test_the_lake_may_be_named_by_the_environment(census: CensusProcess, log: Path, tmp_path: Path) -> None:
    """CENSUS_LAKE names the lake, and --lake has the last word."""
    census.variables["CENSUS_LAKE"] = "by-variable"
    census("ingest", log)
    census("ingest", log, "--lake", "by-option")
    assert {path.parent.name for path in tmp_path.glob("*/lake.json")} == {"by-variable", "by-option"}
    assert json.loads(census("report", "--json").stdout)["installations"]["total"] == 2


@pytest.mark.takes_turns(5, among="the longest")
def test_output_goes_where_it_belongs(census: CensusProcess, log: Path, tmp_path: Path) -> None:
    """JSON stands on standard output alone, progress and messages on standard error, the page in its file."""
    ingest = census("ingest", log)
    assert ingest.stdout == ""
    assert "6 lines = 5 requests + 1 dropped (1 not_in_format)" in ingest.stderr
    report = census("report", "--json", "--html", "report.html")
    json.loads(report.stdout)
    assert report.stderr == (
        "wrote report.html: 2 installations, 3 environments, 50.0 % opted out, 0 downloads, 16 January 2024\n"
    )
    assert (tmp_path / "report.html").read_text().startswith("<!doctype html>")


@pytest.mark.takes_turns(5, among="the longest")
def test_a_reader_that_stops_reading(census: CensusProcess, log: Path, tmp_path: Path) -> None:
    """``report | head -1`` ends quietly."""
    census("ingest", log)
    census_report = f"{sys.executable} -c 'from conda_census.cli import main; main()' report"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {census_report} | head -1 >/dev/null"],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.stderr == ""


def test_help_and_version(census: CensusProcess) -> None:
    """Every command explains itself."""
    assert re.fullmatch(r"conda-census \d+\.\d+\.\d+\n", census("--version").stdout)
    assert "ingest" in census("--help").stdout
    assert "--format" in census("ingest", "--help").stdout


def test_formats(census: CensusProcess, tmp_path: Path) -> None:
    """Each with a line of it, in text and as JSON; those of census.toml first, and what they sample."""
    census.variables["CENSUS_TOML"] = "mirror.toml"
    (tmp_path / "mirror.toml").write_text(
        "[formats.mirror]\nsample_rate = 0.5\nnginx = '$remote_addr [$time_iso8601] \"$request\" $status'\n"
    )
    shown = census("formats").stdout.splitlines()
    assert shown[:2] == [
        "mirror (census.toml)",
        '    192.0.2.7 [2024-01-16T23:53:20+00:00] "GET /pkgs/main/noarch/repodata.json.zst HTTP/1.1" 200',
    ]
    listed = json.loads(census("formats", "--json").stdout)
    assert [each["name"] for each in listed] == [line.split()[0] for line in shown[::2]]
    assert [line.strip() for line in shown[1::2]] == [each["example"] for each in listed]
    assert listed[0] | {"example": ""} == {
        "name": "mirror",
        "example": "",
        "configured": True,
        "sample_rate": 0.5,
    }
    assert {"name": "s3", "configured": False, "sample_rate": 1.0}.items() <= listed[-6].items()


@pytest.mark.takes_turns(5, among="the longest")
def test_a_format_of_ones_own(census: CensusProcess, tmp_path: Path) -> None:
    """A log that is in no built-in format is read by census.toml, found out and forced."""
    (tmp_path / "access.log").write_text('192.0.2.7 [1705449200.123] "GET /a HTTP/1.1" 200\n' * 3)
    done = census("ingest", "access.log", "--json")
    assert "describe its format in census.toml" in done.stderr
    census.variables["CENSUS_CONFIG"] = "config"
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "census.toml").write_text(
        'lake = "../own-lake"\n[formats.mirror]\nnginx = \'$remote_addr [$msec] "$request" $status\'\n'
    )
    assert json.loads(census("ingest", "access.log", "--json").stdout)["requests"] == 3
    assert (tmp_path / "own-lake" / "lake.json").exists()
    wrong = census("ingest", "access.log", "--format", "combined", "--lake", "other")
    assert wrong.returncode == 1
    assert "is in a format that was tried: combined (no line has a [time]): check" in wrong.stderr
    unknown = census("ingest", "access.log", "--format", "combind")
    assert unknown.returncode == 2
    assert "choose one of auto, mirror, traefik" in " ".join(unknown.stderr.replace("│", "").split())


def test_the_module_is_the_command() -> None:
    """For an environment whose programs are not on the path."""
    done = subprocess.run(
        [sys.executable, "-m", "conda_census", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"conda-census {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["report", "--package", ""], "--package"),
        (["report", "--lake="], "--lake"),
        (["exposure", "--below", ""], "--below"),
        (["ingest", ""], "PATH"),
        (["ingest", "a.log", ""], "PATH"),
        (["sql", "--lake", "l", "--quiet", ""], "QUERY"),
        (["sql", "--lake", "l", "--", ""], "QUERY"),
        (["advisories", "show", "--quiet", ""], "ID"),
    ],
)
def test_an_empty_text_is_refused(arguments: list[str], name: str) -> None:
    """A variable that is not set is no name: else the default lake would be taken, or no package be found."""
    outcome = CliRunner().invoke(app, arguments)
    assert outcome.exit_code == 2
    assert f"Invalid value for {name}: it is empty: give a value, or leave it out" in outcome.output


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["sources", "--forget", "a.log", "--forget", "b.log"], 2),
        (["report", "--package", "numpy", "--package=scipy"], 2),
        (["report", "--since=2024-01-01", "--since=2024-01-02"], 2),
        (["advisories", "show", "CVE-1", "--lake", "a", "--lake", "b"], 2),
        (["sources", "--lake", "a", "--lake", "a"], 1),
        (["sources", "--set-aside", "--retry", "a.log", "--retry", "b.log", "--lake", "a"], 1),
        (["ingest", "--lake", "a", "--", "--lake", "--lake=b"], 1),
        (["report", "--quiet", "--quiet", "--lake", "a"], 1),
        (["report", "--title", "--since", "--since", "2024-01-01", "--lake", "a"], 1),
        (["report", "--title", "--since=1", "--since=2024-01-01", "--lake", "a"], 1),
        (["report", "--title", "--lake", "--title", "--lake=b", "--lake", "a"], 2),
    ],
)
def test_two_values_for_one_are_refused(arguments: list[str], code: int, tmp_path: Path) -> None:
    """Only the last would count, and nobody would know: a log that was to be taken out would stay."""
    with chdir(tmp_path):
        outcome = CliRunner().invoke(app, arguments)
    assert ("it is given twice: give it once" in outcome.output) == (code == 2)
    assert outcome.exit_code == code or isinstance(outcome.exception, CensusError)


def test_nothing_is_written_into_the_lake(tmp_path: Path) -> None:
    """Neither files nor folders, also if the lake has another name."""
    (tmp_path / "lake").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "lake")
    for place in (tmp_path / "lake", tmp_path / "lake" / "report.html", tmp_path / "link" / "report.html"):
        with pytest.raises(CensusError, match="lies in the lake"):
            expect_writable([place], lake=tmp_path / "lake")
        with pytest.raises(CensusError, match="lies in the lake"):
            expect_writable([], [place], lake=tmp_path / "lake")
    expect_writable([tmp_path / "report.html"], [tmp_path / "lake-tables"], lake=tmp_path / "lake")


@pytest.mark.takes_turns(5, among="the longest")
def test_days_beyond_all_logs_end_with_code_1(census: CensusProcess, log: Path) -> None:
    """As for a report."""
    census("ingest", log)
    outcome = census("sources", "--since", "2024-03-01")
    assert outcome.returncode == 1
    assert "2024-03-01: no log of these days was read" in outcome.stderr
