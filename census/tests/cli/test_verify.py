"""Does ``conda-census sources --verify`` find what is not in the lake as it is in the logs?"""

from __future__ import annotations

import gzip
import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from census_support.inputs.small_log import SmallLog
from census_support.processes.census_process import CensusProcess

SAMPLES = Path(__file__).parents[1] / "logs" / "samples"
MIRROR = "[formats.mirror]\nnginx = '$remote_addr [$msec] \"$request\" $status $request_time{}'\n"


def _verified(census: CensusProcess, *options: str, code: int = 0) -> dict[str, Any]:
    done = census("sources", "--verify", "--json", *options)
    assert done.returncode == code, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    counted = Counter(each["state"] for each in document["readings"])
    assert {state: count for state, count in document["states"].items() if count} == counted
    return document


def _states(document: dict[str, Any]) -> dict[str, str]:
    return {Path(each["source"]).name: each["state"] for each in document["readings"]}


@pytest.mark.takes_turns(5, among="the longest")
def test_all_samples_say_what_they_said(census: CensusProcess, tmp_path: Path) -> None:
    """Logs of every format, with every drop reason, with requests that another of them has as well."""
    shutil.copytree(SAMPLES, tmp_path / "logs", ignore=shutil.ignore_patterns("*.yaml", "*.toml"))
    tomls = [path.read_text() for path in sorted(SAMPLES.glob("*/census.toml"))]
    (tmp_path / "census.toml").write_text("\n".join(tomls))
    census.variables["CENSUS_TOML"] = "census.toml"
    read = json.loads(census("ingest", "logs", "--json").stdout)
    assert read["dropped"]["repeated"] > 50
    document = _verified(census, "--sample", "1000")
    assert document["states"]["same"] == len(document["readings"]) == read["sources"]["read"]
    assert all(each["differences"] == [] for each in document["readings"])


@pytest.mark.takes_turns(5, among="the longest")
def test_what_cannot_be_compared(census: CensusProcess, tmp_path: Path) -> None:
    """Each reading of a log that grew is compared; a log that is gone, replaced or damaged is named."""
    logs = {name: SmallLog() for name in ("grows.log", "gone.log", "replaced.log", "damaged.log.gz")}
    for number, (name, log) in enumerate(logs.items()):
        log.request(client=f"c{number}", session=f"s{number}").text("garbage")
        content = log.content()
        (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    assert census("ingest", *logs).returncode == 0
    logs["grows.log"].text("").request("/page").write(tmp_path / "grows.log")
    assert census("ingest", "grows.log").returncode == 0
    logs["grows.log"].request("/not/read/yet").write(tmp_path / "grows.log")
    (tmp_path / "gone.log").unlink()
    (tmp_path / "replaced.log").write_bytes(logs["grows.log"].content())
    damaged = (tmp_path / "damaged.log.gz").read_bytes()
    (tmp_path / "damaged.log.gz").write_bytes(damaged[:-12])
    document = _verified(census)
    assert _states(document) == {
        "grows.log": "same",
        "gone.log": "gone",
        "replaced.log": "changed",
        "damaged.log.gz": "unreadable",
    }
    assert [each["first_line"] for each in document["readings"] if each["state"] == "same"] in (
        [1, 3],
        [3, 1],
    )
    lines = census("sources", "--verify").stdout.splitlines()
    assert f"gone\t{tmp_path}/gone.log\tthe file is not there any more" in lines
    assert f"same\t{tmp_path}/grows.log, from line 3 on\t-" in lines
    assert lines[-1] == "2 same, 0 differs, 1 changed, 1 unreadable, 1 gone, 0 not_here"
    assert _verified(census, "--since", "2024-01-17")["readings"] == []


@pytest.mark.takes_turns(5, among="the longest")
def test_a_log_that_was_rotated(census: CensusProcess, tmp_path: Path) -> None:
    """It is found under its new name, compressed too, and what has its name now is another log."""
    old = SmallLog().request(client="c1", session="s1").text("garbage")
    old.write(tmp_path / "access.log")
    assert census("ingest", "access.log").returncode == 0
    old.request("/page").write(tmp_path / "access.log")
    assert census("ingest", "access.log").returncode == 0
    (tmp_path / "access.log-20240116.gz").write_bytes(gzip.compress(old.content()))
    SmallLog().request(client="c2", session="s2").write(tmp_path / "access.log")
    readings = _verified(census)["readings"]
    assert [(each["state"], Path(each["file"]).name) for each in readings] == [
        ("same", "access.log-20240116.gz")
    ] * 2
    shown = census("sources", "--verify").stdout.splitlines()
    place = f"{tmp_path}/access.log, now {tmp_path}/access.log-20240116.gz"
    assert set(shown[:2]) == {f"same\t{place}, from line 3 on\t-", f"same\t{place}\t-"}
    (tmp_path / "access.log-20240116.gz").unlink()
    assert _verified(census)["states"]["changed"] == 2


@pytest.mark.takes_turns(5, among="the longest")
def test_what_differs(census: CensusProcess, tmp_path: Path) -> None:
    """The format says other things than it said: the lines are the same, and what was counted is not."""
    toml = tmp_path / "census.toml"
    toml.write_text(MIRROR.format(""))
    census.variables["CENSUS_TOML"] = "census.toml"
    lines = [f'192.0.2.7 [{1705449200 + n}.123] "GET /a HTTP/1.1" 200 0.{n}' for n in range(3)]
    (tmp_path / "access.log").write_text("\n".join([*lines, ""]))
    assert census("ingest", "access.log").returncode == 0
    assert _states(_verified(census)) == {"access.log": "same"}
    toml.write_text(MIRROR.format(" $pipe"))
    [differs] = _verified(census, code=1)["readings"]
    assert differs["differences"] == [
        {"what": "requests", "lake": 3, "log": 0},
        {"what": "dropped.not_in_format", "lake": 0, "log": 3},
        {"what": "first_time", "lake": "2024-01-16T23:53:20.123000Z", "log": None},
        {"what": "last_time", "lake": "2024-01-16T23:53:22.123000Z", "log": None},
    ]
    shown = census("sources", "--verify")
    assert shown.returncode == 1
    assert "requests: 3 in the lake, 0 in the log" in shown.stdout
    toml.write_text("")
    [unknown] = _verified(census)["readings"]
    assert unknown["reason"] == "the format mirror is not known: put it back into census.toml"


@pytest.mark.takes_turns(5, among="the longest")
def test_a_sample(census: CensusProcess, tmp_path: Path) -> None:
    """So many of the logs that are there are read; all that are not are named."""
    names = [f"{number}.log" for number in range(5)]
    for number, name in enumerate(names):
        SmallLog().request(client=f"c{number}", session=f"s{number}").write(tmp_path / name)
    census("ingest", *names)
    (tmp_path / names[0]).unlink()
    states = _verified(census, "--sample", "2")["states"]
    assert (states["same"], states["gone"]) == (2, 1)


def test_other_keys(census: CensusProcess, tmp_path: Path) -> None:
    """Without the key of the lake no log can be known again."""
    SmallLog().request().write(tmp_path / "access.log")
    census("ingest", "access.log")
    census.variables["CENSUS_CONFIG"] = "other"
    done = census("sources", "--verify")
    assert (done.returncode, done.stdout) == (1, "")
    assert "its pseudonyms were made with another key" in done.stderr
