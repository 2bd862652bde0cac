"""Does one run of ``conda-census ingest`` read logs of every format, each line once?"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest
import yaml

from census_support.inputs.small_log import SmallLog
from census_support.processes.census_process import CensusProcess

SAMPLES = Path(__file__).parents[1] / "logs" / "samples"


@pytest.mark.takes_turns(5, among="the longest")
def test_all_samples_at_once(census: CensusProcess, tmp_path: Path) -> None:
    """Lines, requests and drops are those that stand beside the samples; a second run finds nothing new.

    Samples repeat their request ids, one from the other too: what comes again is a repeat and no request.
    """
    shutil.copytree(SAMPLES, tmp_path / "logs", ignore=shutil.ignore_patterns("*.yaml", "*.toml"))
    tomls = [path.read_text() for path in sorted(SAMPLES.glob("*/census.toml"))]
    (tmp_path / "census.toml").write_text("\n".join(tomls))
    census.variables["CENSUS_TOML"] = "census.toml"
    expected = [yaml.safe_load(path.read_text()) for path in SAMPLES.glob("*/*.yaml")]
    first, second = (json.loads(census("ingest", "logs", "--json").stdout) for _ in range(2))
    requests = sum(len(sample["requests"] or []) for sample in expected)
    reasons = [reason for sample in expected for reason in sample.get("dropped", {}).values()]
    repeated = first["dropped"].pop("repeated")
    assert first["sources"] == {"read": len(expected), "skipped": 0, "failed": 0}
    assert first["lines"] == requests + len(reasons)
    assert first["requests"] + repeated == requests
    assert first["dropped"] == {reason: reasons.count(reason) for reason in sorted(set(reasons))}
    assert second["sources"] == {"read": 0, "skipped": len(expected), "failed": 0}
    sources = duckdb.sql(
        f"SELECT source, format FROM read_parquet('{tmp_path}/census-lake/sources/**/*.parquet')"
    )
    assert all(Path(source).parent.name == name for source, name in sources.fetchall())


@pytest.mark.parametrize(
    ("toml", "channels"),
    [
        ("", ["acme/private", "conda-forge", "other"]),
        ('channels = ["conda-forge"]', ["conda-forge", "other"]),
    ],
)
def test_no_secret_of_a_path_is_in_the_lake(
    census: CensusProcess, tmp_path: Path, toml: str, channels: list[str]
) -> None:
    """Channels that may be a secret are called other; with a list, all that are not in it."""
    (tmp_path / "census.toml").write_text(toml)
    census.variables["CENSUS_TOML"] = "census.toml"
    log = SmallLog()
    for place in ("t/tk-0%2Fsecret/conda-forge", "secret@example.org/a", "acme/private", "token/secret/a"):
        log.request(f"/{place}/noarch/tool-1.0-0.conda", client="ada", session=f"s-{len(log.lines)}")
    log.write(tmp_path / "access.log")
    assert json.loads(census("ingest", "access.log", "--json").stdout)["requests"] == 4
    files = f"{tmp_path}/census-lake/downloads/*/*.parquet"
    found = duckdb.sql(f"SELECT DISTINCT channel FROM '{files}' ORDER BY ALL").fetchall()
    assert [channel for (channel,) in found] == channels


@pytest.mark.takes_turns(5, among="the longest")
def test_a_line_that_is_still_being_written(census: CensusProcess, tmp_path: Path) -> None:
    """Where a cut line cannot be told from a whole one, it counts once its end is there, and then in full."""
    log = tmp_path / "access.log"
    line = '192.0.2.7 - - [16/Jan/2024:23:53:20 +0000] "GET /a HTTP/1.1" 200 2326\n'
    log.write_text(line + line[:-3])
    assert json.loads(census("ingest", "access.log", "--json").stdout)["lines"] == 1
    log.write_text(line + line)
    assert json.loads(census("ingest", "access.log", "--json").stdout)["lines"] == 1
    total = duckdb.sql(f"SELECT sum(bytes) FROM read_parquet('{tmp_path}/census-lake/sessions/**/*.parquet')")
    assert total.fetchall() == [(2 * 2326,)]
