"""Are logs read from a bucket as they are from a folder?"""

from __future__ import annotations

import gzip
import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard

from census_support.inputs.small_log import SmallLog
from census_support.processes.census_process import CensusProcess
from census_support.processes.following import following
from census_support.processes.s3_server import BUCKET, S3Server, s3_server
from conda_census.config import Settings
from conda_census.ingest import reader as reading
from conda_census.ingest.pipeline import ingest

SAMPLES = Path(__file__).parents[1] / "logs" / "samples"
PACKAGE = "/main/linux-64/numpy-1.26.4-py311_0.conda"


@pytest.fixture
def bucket(census: CensusProcess) -> Iterator[S3Server]:
    """A bucket that the census knows by its environment."""
    with s3_server() as server:
        census.variables |= server.variables()
        yield server


def logs() -> dict[str, bytes]:
    """Logs of several formats by their keys, plain and compressed."""
    log = SmallLog().request(client="c1", session="s1", environment="e1").text("garbage")
    log.request(PACKAGE, client="c1", session="s1", environment="e1")
    other = SmallLog().request("/other", client="c2", session="s2", environment="e2").request()
    parquet = SAMPLES / "cloudfront-v2" / "parquet.parquet"
    return {
        "logs/a.log": log.content(),
        "logs/2024/b.log.gz": gzip.compress(other.content()),
        "logs/2024/c d+é.zst": zstandard.ZstdCompressor().compress(
            (SAMPLES / "cloudflare" / "basic.log").read_bytes()
        ),
        "logs/2024/e.log": (SAMPLES / "cloudfront" / "basic.log").read_bytes(),
        "logs/2024/f.parquet": parquet.read_bytes(),
    }


def run(census: CensusProcess, *arguments: str) -> dict[str, Any]:
    """Ingest these; the summary."""
    done = census("ingest", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    summary: dict[str, Any] = json.loads(done.stdout)
    return summary


@pytest.mark.takes_turns(5, among="the longest")
def test_a_prefix_gives_the_report_that_a_folder_gives(
    census: CensusProcess, bucket: S3Server, tmp_path: Path
) -> None:
    """Plain and compressed objects of several formats; a second run reads none of them."""
    for key, content in logs().items():
        bucket.put(key, content)
        file = tmp_path / "folder" / key
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    bucket.put("other/x.log", SmallLog().request("/not/asked/for").content())
    first = run(census, f"s3://{BUCKET}/logs/")
    from_folder = run(census, "folder/logs", "--lake", "other-lake")
    assert first | {"seconds": 0} == from_folder | {"seconds": 0}
    assert first["sources"] == {"read": 5, "skipped": 0, "failed": 0}
    reports = [census("report", "--json", "--lake", lake).stdout for lake in ("census-lake", "other-lake")]
    assert reports[0] == reports[1]
    assert json.loads(reports[0])["accounting"]["lines"] == first["lines"]
    listed = json.loads(census("sources", "--json").stdout)["sources"]
    assert {source["source"] for source in listed} == {f"s3://{BUCKET}/{key}" for key in logs()}

    assert len(bucket.read()) >= 5
    again = run(census, f"s3://{BUCKET}/logs/")
    assert (again["sources"], again["lines"]) == ({"read": 0, "skipped": 5, "failed": 0}, 0)
    assert bucket.read() == []

    bucket.put("logs/2024/new.log", SmallLog().request("/new").content())
    assert run(census, f"s3://{BUCKET}/logs/")["lines"] == 1
    assert set(bucket.read()) == {"logs/2024/new.log"}

    verified = json.loads(census("sources", "--verify", "--json").stdout)
    assert verified["states"]["same"] == 6
    bucket.put("logs/a.log", SmallLog().request("/another").content())
    verified = json.loads(census("sources", "--verify", "--json").stdout)
    assert (verified["states"]["same"], verified["states"]["changed"]) == (5, 1)


@pytest.mark.takes_turns(4)
@pytest.mark.parametrize(
    ("path", "lines"),
    [
        ("logs/a.log", 1),
        ("logs", 7),
        ("logs/", 7),
        ("logs/a*", 1),
        ("logs/2024-0[12]", 6),
        ("logs/2024-0?/*.log", 2),
        ("logs/**/*.log", 3),
        ("**/*.gz", 12),
        ("*", 15),
        ("", 15),
    ],
)
def test_what_an_address_names(
    path: str, lines: int, census: CensusProcess, bucket: S3Server, tmp_path: Path
) -> None:
    """One object, all below a prefix, or what a glob matches, as in a folder; hidden ones are left out."""
    keys = ["logs/a.log", "logs/2024-01/b.log", "logs/2024-02/c.log", "logs/2024-02/d.gz", "x/logs/e.gz"]
    for number, key in enumerate([*keys, ".hidden/f.log", "logs/.g.log"]):
        log = SmallLog()
        for line in range([1, 1, 1, 4, 8, 16, 32][number]):
            log.request(f"/{number}/{line}")
        content = gzip.compress(log.content()) if key.endswith("gz") else log.content()
        bucket.put(key, content)
        file = tmp_path / "folder" / key
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    assert run(census, f"s3://{BUCKET}/{path}")["lines"] == lines
    assert run(census, f"folder/{path}", "--lake", "other-lake")["lines"] == lines


@pytest.mark.takes_turns(5, among="the longest")
def test_an_object_that_grew_or_was_copied(census: CensusProcess, bucket: S3Server, tmp_path: Path) -> None:
    """Put again with more lines, only these are read; under another name, or as a file, it counts once."""
    log = SmallLog().request(client="c1", session="s1")
    address = bucket.put("live.log", log.content())
    assert run(census, address)["lines"] == 1
    bucket.put("live.log", log.request().request().content())
    bucket.put("copy.log.gz", gzip.compress(log.content()))
    log.write(tmp_path / "a.log")
    assert run(census, f"s3://{BUCKET}/", "a.log")["lines"] == 2
    assert run(census, f"s3://{BUCKET}/", "a.log")["lines"] == 0


@pytest.mark.takes_turns(5, among="the longest")
def test_a_large_object_comes_by_ranges(census: CensusProcess, bucket: S3Server) -> None:
    """Larger than one range, plain: every line of it counts, and no range is asked for that is not needed."""
    log = SmallLog()
    for number in range(80_000):
        log.request(f"/main/noarch/{number}", client=f"c{number % 100}", session=f"s{number % 100}")
    content = log.content()
    assert len(content) > 16 << 20
    assert run(census, bucket.put("large.log", content))["requests"] == 80_000
    # to tell what it is, and again for its batch, 2 each; 256 KiB, and the rest by 8 MiB
    assert len(bucket.read()) == 2 + 2 + 1 + 3


@pytest.mark.takes_turns(5, among="the longest")
def test_an_object_that_is_replaced_while_it_is_read(
    bucket: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told, nothing of it counts, and the next run reads what is there then."""
    for name, value in bucket.variables().items():
        monkeypatch.setenv(name, value)
    settings = Settings(tmp_path / "lake", tmp_path / "config", "main")
    address = bucket.put("a.log", SmallLog().request("/1").content())
    other = bucket.put("b.log", SmallLog().request("/2").content())
    read = reading.SourcesReader.read

    def replace_and_read(*arguments: Any, **options: Any) -> Iterator[None]:  # noqa: ANN401 (passed on as they are)
        bucket.put("a.log", SmallLog().request("/new/1").request("/new/2").content())
        return read(*arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(reading.SourcesReader, "read", replace_and_read)
        summary = ingest([address, other], settings, "auto", lambda **_: None)
    assert [str(error) for error in summary.errors] == [
        f"{address}: was replaced while it was read: run the same command again"
    ]
    assert summary.lines == 1
    assert ingest([address, other], settings, "auto", lambda **_: None).lines == 2


@pytest.mark.takes_turns(5, among="the longest")
def test_what_arrives_in_a_bucket_is_read(census: CensusProcess, bucket: S3Server) -> None:
    """With --follow, and a store that is away for a while is tried again."""
    bucket.put("logs/1.log", SmallLog().request("/1").content())
    with following(census, f"s3://{BUCKET}/logs/") as run_on:
        run_on.wait_for("logs/1.log (1 of 1)")
        bucket.put("logs/2.log", SmallLog().request("/2").content())
        run_on.wait_for("logs/2.log (1 of 1)")
        run_on.wait_for("1 lines = 1 requests", times=2)
        assert run_on.stop()[0] == 0
    assert run(census, f"s3://{BUCKET}/logs/")["lines"] == 0


@pytest.mark.takes_turns(5, among="the longest")
def test_what_cannot_be_read(census: CensusProcess, bucket: S3Server) -> None:
    """A missing bucket, object or prefix: one line, exit code 1, and the rest is read."""
    address = bucket.put("a.log", SmallLog().request().content())
    wrong = ["s3://no-such-bucket/logs/", "s3://no-such-bucket/a.log", f"s3://{BUCKET}/missing"]
    wrong.append(f"s3://{BUCKET}/*.nothing")
    done = census("ingest", address, *wrong, "--json")
    assert (done.returncode, json.loads(done.stdout)["lines"]) == (1, 1)
    told = [line for line in done.stderr.splitlines() if not line.startswith("reading ")]
    assert [line.rpartition(": no such object")[0] for line in told] == [
        f"conda-census: {text}" for text in wrong
    ]
    assert all(line.endswith(": check the address") for line in told)


def test_an_endpoint_that_is_not_there(census: CensusProcess) -> None:
    """It is told within seconds, in one line, without a query and without a traceback."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    census.variables |= S3Server.environment(f"http://127.0.0.1:{port}")
    started = time.monotonic()
    done = census("ingest", f"s3://{BUCKET}/logs/")
    assert time.monotonic() - started < 30
    assert done.returncode == 1
    told = done.stderr.splitlines()[0]
    assert told.startswith(f"conda-census: s3://{BUCKET}/logs/: the store cannot be read (Generic S3 error: ")
    assert "?" not in told
    assert "made-up-secret" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_key(census: CensusProcess, bucket: S3Server) -> None:
    """One line that says what to check, without the key."""
    bucket.put("logs/a.log", SmallLog().request().content())
    bucket.refuse_all()
    for address in (f"s3://{BUCKET}/logs/", f"s3://{BUCKET}/logs/a.log"):
        done = census("ingest", address)
        assert done.returncode == 1
        assert done.stderr.startswith(f"conda-census: {address}: access was denied: check the credentials")
        assert "made-up-secret" not in done.stderr
        assert "MADE-UP-KEY-ID" not in done.stderr


def test_a_query_or_a_user_is_never_repeated(census: CensusProcess) -> None:
    """An address that holds what may be secret is refused without it."""
    for address in (
        f"s3://{BUCKET}/a.log?X-Amz-Signature=SECRET",
        f"s3://KEY:SECRET@{BUCKET}/a.log",
        "az:///a.log?sig=SECRET",
        "gs://",
    ):
        done = census("ingest", address)
        assert done.returncode == 1
        assert "give credentials by the variables of the environment" in done.stderr
        assert "SECRET" not in done.stderr
        assert "KEY" not in done.stderr


@pytest.mark.takes_turns(5, among="the longest")
def test_the_library_for_objects_may_be_missing(census: CensusProcess, tmp_path: Path) -> None:
    """Who reads files only needs it not; who reads objects is told what to install."""
    (tmp_path / "obstore").mkdir()
    (tmp_path / "obstore" / "__init__.py").write_text("raise ImportError")
    census.variables["PYTHONPATH"] = str(tmp_path)
    SmallLog().request().write(tmp_path / "a.log")
    done = census("ingest", "a.log", f"s3://{BUCKET}/logs/", "--json")
    assert (done.returncode, json.loads(done.stdout)["lines"]) == (1, 1)
    assert done.stderr.splitlines()[-1] == (
        f"conda-census: s3://{BUCKET}/logs/: to read objects, a library is missing: "
        "pip install 'conda-census[cloud]'"
    )
