"""Does the report say what counting line by line in plain Python says, on logs made at random?"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from census_support.inputs.small_log import CONDA, SmallLog
from conda_census.config import Settings
from conda_census.engines.duckdb_engine import open_lake
from conda_census.ingest import pipeline
from conda_census.ingest.pipeline import ingest
from conda_census.lake.store import Lake
from conda_census.reports.json_documents import to_json
from conda_census.reports.usage.build import make_report

LINE = re.compile(
    r'(?P<address>\S+) - - \[(?P<hour>[^:]+:\d\d)[^]]*\] "(?P<method>\S+) (?P<path>\S+) HTTP/1\.1" '
    r'(?P<status>\d+) (?P<bytes>\d+) "-" "(?P<agent>.*?)(?P<suffix> aau/.*)?"'
)
PATHS = [
    "/main/noarch/repodata.json",
    "/main/linux-64/numpy-1.26.4-py311_0.conda",
    "/main/noarch/tzdata-2024a-h0_0.tar.bz2",
    "/t/secret/main/noarch/six-1.16.0-py_0.conda?x=1",
    "/miniconda/Miniconda3-latest-Linux-x86_64.sh",
    "/page",
]


def _random_log(chance: random.Random, lines: int) -> SmallLog:
    """Installations with environments and sessions, opted-out and other clients, and garbage."""
    log = SmallLog(start=datetime(2024, 1, 16, 9, 50, tzinfo=UTC) + timedelta(minutes=chance.randrange(3000)))
    for _ in range(lines):
        what = chance.choices(["on", "off", "absent", "garbage"], [6, 1, 2, 1])[0]
        path = chance.choice(PATHS)
        address = f"192.0.2.{chance.randrange(4)}"
        status = chance.choice([200, 200, 200, 304, 404])
        if what == "garbage":
            log.text(chance.choice(["", "garbage", '192.0.2.1 - - [x] "GET / HTTP/1.1" 200 1 "-" "ua"']))
        elif what == "on":
            client = chance.randrange(12)
            session = f"c{client}-s{chance.randrange(6)}"
            environment = chance.choice([None, f"e{hash(session) % 3}"])
            log.request(
                path,
                client=f"c{client}",
                session=session,
                environment=environment,
                status=status,
                address=address,
                method=chance.choice(["GET", "GET", "HEAD"]),
            )
        else:
            suffix = "aau/1.0.0" if what == "off" else ""
            log.request(
                path,
                suffix=suffix,
                agent=chance.choice([CONDA, "curl/8.5.0"]),
                status=status,
                address=address,
            )
    return log


def _counted(logs: list[SmallLog]) -> dict[str, object]:
    """The figures of the report, by reading each line in turn."""
    lines = [line for log in logs for line in log.lines]
    requests = [match.groupdict() for line in lines if (match := LINE.fullmatch(line))]
    environments: dict[str, set[str]] = defaultdict(set)
    clients, sessions, folded = set(), set(), set()
    sharing: Counter[str] = Counter()
    downloads = installers = other = 0
    for request in requests:
        tokens = dict(re.findall(r" ([cse])/(\S+)", request["suffix"] or ""))
        kind = "tokens" if tokens else "off" if request["suffix"] else "absent"
        sharing[kind] += 1
        if tokens:
            clients.add(tokens["c"])
            sessions.add(tokens["s"])
            if "e" in tokens:
                environments[tokens["c"]].add(tokens["e"])
        else:
            folded.add((request["address"], request["agent"], request["hour"], kind))
        is_delivered = request["method"] == "GET" and request["status"] == "200"
        downloads += (
            is_delivered and re.search(r"-\d[^-]*-[^-]*\.(conda|tar\.bz2)", request["path"]) is not None
        )
        installers += is_delivered and "Miniconda3" in request["path"]
        other += request["path"] == "/page"
    return {
        "lines": len(lines),
        "requests": len(requests),
        "other_share": other / len(requests),
        "installations": len(clients),
        "environments": sum(map(len, environments.values())),
        "single": sum(len(tokens) == 1 for tokens in environments.values()),
        "sessions": len(sessions),
        "folded": len(folded),
        "downloads": downloads,
        "installers": installers,
        "opted_out_requests": sharing["off"] / (sharing["off"] + sharing["tokens"]),
    }


def _reported(report: dict[str, Any]) -> dict[str, object]:
    return {
        "lines": report["accounting"]["lines"],
        "requests": report["accounting"]["requests"],
        "other_share": report["accounting"]["other_share"],
        "installations": report["installations"]["total"],
        "environments": report["environments"]["total"],
        "single": report["environments"]["per_installation"]["1"],
        "sessions": report["sessions"]["total"],
        "folded": report["sessions"]["without_token"],
        "downloads": report["downloads"]["total"],
        "installers": report["installer_downloads"]["total"],
        "opted_out_requests": report["opted_out"]["naive"]["requests"],
    }


@pytest.mark.takes_turns(5)
@pytest.mark.parametrize("seed", range(6))
def test_the_report_is_what_counting_by_hand_gives(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several logs, in several batches and runs, with sessions that go over from one to the next."""
    chance = random.Random(seed)  # noqa: S311 (a test that can be repeated)
    logs = [_random_log(chance, chance.randrange(1, 400)) for _ in range(5)]
    paths = [str(log.write(tmp_path / f"{number}.log")) for number, log in enumerate(logs)]
    settings = Settings(tmp_path / "lake", tmp_path / "config", "main")
    monkeypatch.setattr(pipeline, "_BATCH_BYTES", chance.choice([1, 20_000, 1 << 30]))
    for upto in (2, 5):
        summary = ingest(paths[:upto], settings, "auto", lambda **_: None)
        assert summary.lines == summary.requests + sum(summary.dropped.values())
    report = to_json(make_report(open_lake(Lake.open(settings.lake)), None, None))
    assert _reported(report) == _counted(logs)
