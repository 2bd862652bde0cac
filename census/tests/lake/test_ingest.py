"""Do logs get into the lake, each line exactly once, and are they understood as the wire format says?"""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from census_support.inputs.small_log import SmallLog
from conda_census.config import Settings
from conda_census.errors import CensusError, LakeError
from conda_census.ingest import background_rows, batch_reading, pipeline
from conda_census.ingest import reader as reading
from conda_census.ingest import request_buffer as part
from conda_census.ingest.duplicates.shared_lines import Recognised
from conda_census.ingest.pipeline import ingest
from conda_census.ingest.reader import SourcesReader
from conda_census.ingest.summary import Summary
from conda_census.lake.batches import WriterBatches
from conda_census.lake.schema import TableName
from conda_census.lake.store import Lake

Ingest = Callable[..., Summary]
PACKAGE = "/main/linux-64/numpy-1.26.4-py311_0.conda"
INSTALLER = "/miniconda/Miniconda3-latest-Linux-x86_64.sh"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A lake and a folder for keys that are not there yet."""
    return Settings(tmp_path / "lake", tmp_path / "config", "main")


@pytest.fixture
def run(settings: Settings) -> Ingest:
    """Ingest these paths, seeing no progress."""

    def run(*paths: Path, settings: Settings = settings) -> Summary:
        return ingest([str(path) for path in paths], settings, "auto", lambda **_: None)

    return run


def rows(settings: Settings, name: TableName) -> list[dict[str, Any]]:
    """All rows of a table, times as text."""
    files = Lake.open(settings.lake).files(name)
    if not files:
        return []
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    table = connection.read_parquet(files, hive_partitioning=True)
    times = [
        column for column, kind in zip(table.columns, table.types, strict=True) if "TIME ZONE" in str(kind)
    ]
    replaced = ", ".join(f"{column}::VARCHAR AS {column}" for column in times)
    return table.project(f"* REPLACE ({replaced})").order("ALL").to_arrow_table().to_pylist()


def counts(settings: Settings) -> dict[str, int]:
    """Lines, requests, drops and rows that the lake holds."""
    sources = rows(settings, "sources")
    return {
        "lines": sum(source["lines"] for source in sources),
        "requests": sum(source["requests"] for source in sources),
        "dropped": sum(count for source in sources for _reason, count in source["dropped"]),
        "sessions": len(rows(settings, "sessions")),
        "downloads": len(rows(settings, "downloads")),
        "installer_downloads": len(rows(settings, "installer_downloads")),
    }


def test_a_session_a_download_and_an_installer(run: Ingest, settings: Settings, tmp_path: Path) -> None:
    """Each of the tables gets the rows that the log tells, and the summary counts its lines."""
    log = SmallLog()
    log.request(client="c1", session="s1", environment="e1").request(
        PACKAGE, client="c1", session="s1", environment="e1", size=5000
    )
    log.request(INSTALLER, agent="curl/8.5.0", size=9000)
    summary = run(log.write(tmp_path / "access.log"))
    assert (summary.read, summary.lines, summary.requests, summary.dropped) == (1, 3, 3, {})

    folded, session = sorted(rows(settings, "sessions"), key=lambda row: row["requests"])
    assert (session["requests"], session["index_requests"], session["downloads"]) == (2, 1, 1)
    assert (session["sharing"], session["folded"], session["bytes"]) == ("tokens", False, 6000)
    assert (session["tool"], session["tool_version"], session["distro"]) == ("conda", "24.7.1", "debian")
    assert session["first_time"] == "2024-01-16 10:00:00+00"
    assert session["last_time"] == "2024-01-16 10:00:01+00"
    assert {len(session[column]) for column in ("session", "client", "environment", "network")} == {16}
    assert (folded["folded"], folded["client"], folded["sharing"], folded["tool"]) == (
        True,
        None,
        "absent",
        "curl",
    )

    [download] = rows(settings, "downloads")
    assert (download["channel"], download["subdir"], download["name"]) == ("main", "linux-64", "numpy")
    assert (download["version"], download["build"], download["bytes"]) == ("1.26.4", "py311_0", 5000)
    assert (download["client"], download["environment"]) == (session["client"], session["environment"])

    [installer] = rows(settings, "installer_downloads")
    assert (installer["product"], installer["version"], installer["tool"]) == ("Miniconda3", "latest", "curl")
    assert (installer["platform"], installer["network"]) == ("Linux-x86_64", folded["network"])


@pytest.mark.takes_turns(5)
@pytest.mark.parametrize(
    ("requests", "downloads"),
    [
        ([("GET", 200, 100, "s1")], 1),
        ([("GET", 200, 100, "s1"), ("GET", 200, 100, "s1")], 2),
        ([("HEAD", 200, 0, "s1")], 0),
        ([("GET", 304, 0, "s1"), ("GET", 404, 10, "s1"), ("GET", 499, 10, "s1"), ("POST", 200, 10, "s1")], 0),
        ([("GET", 206, 60, "s1"), ("GET", 206, 40, "s1")], 1),
        ([("GET", 206, 60, "s1"), ("GET", 206, 40, "s2")], 2),
        # the whole size is known from another answer: 60 of 100 bytes are no download, 200 are two
        ([("GET", 206, 60, "s1"), ("GET", 200, 100, "s2")], 1),
        ([("GET", 206, 60, "s1"), ("GET", 206, 40, "s1"), ("GET", 200, 100, "s2")], 2),
        ([("GET", 206, 100, "s1"), ("GET", 206, 100, "s1"), ("GET", 200, 100, "s2")], 3),
        # a whole answer that was broken off, whose rest came as a piece, does not tell the size
        ([("GET", 200, 1, "s1"), ("GET", 206, 1_000_000_000, "s1")], 2),
    ],
)
def test_what_is_a_download(
    requests: list[tuple[str, int, int, str]], downloads: int, run: Ingest, settings: Settings, tmp_path: Path
) -> None:
    """A GET that was answered whole is one, pieces of one session are put together, anything else is none."""
    log = SmallLog()
    for method, status, size, session in requests:
        log.request(PACKAGE, method=method, status=status, size=size, client="c1", session=session)
    run(log.write(tmp_path / "access.log"))
    assert len(rows(settings, "downloads")) == downloads
    assert sum(row["downloads"] for row in rows(settings, "sessions")) == downloads


@pytest.mark.parametrize(
    ("files", "downloads"),
    [
        ([[(206, 60)], [(206, 40)]], 1),
        ([[(206, 60)], [], [(206, 40)]], 1),
        # the size is known from another part
        ([[(200, 100)], [(206, 100)], [(206, 100)]], 3),
        ([[(206, 30)], [(206, 30)], [(200, 100)]], 1),
        # more pieces than may wait stay where they are
        ([[(206, 60)] * 4, [(206, 60)] * 4], 2),
    ],
)
def test_pieces_of_a_file_in_several_parts_are_one_download(
    files: list[list[tuple[int, int]]],
    downloads: int,
    run: Ingest,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A batch of many lines is made into rows in parts, and pieces wait for the last of them."""
    monkeypatch.setattr(part, "_ROWS_MAX", 12)
    monkeypatch.setattr(reading, "_AHEAD", -100)
    logs = []
    for number, pieces in enumerate(files):
        log = SmallLog()
        for status, size in pieces:
            log.request(PACKAGE, status=status, size=size, client="c1", session="s1")
        for page in range(12):
            log.request(f"/page-{number}-{page}")
        logs.append(log.write(tmp_path / f"access-{number}.log"))
    summary = run(*logs)
    assert len(rows(settings, "downloads")) == downloads
    sessions = rows(settings, "sessions")
    assert sum(row["downloads"] for row in sessions) == downloads
    assert summary.requests == sum(map(len, files)) + 12 * len(files)
    assert sum(row["requests"] for row in sessions) == summary.requests


def test_requests_before_the_environment_belong_to_it(
    run: Ingest, settings: Settings, tmp_path: Path
) -> None:
    """A session may name its environment only at its end: all that it did was done for it."""
    log = SmallLog().request(client="c1", session="s1").request(PACKAGE, client="c1", session="s1")
    log.request(client="c1", session="s1", environment="e1")
    run(log.write(tmp_path / "access.log"))
    [session] = rows(settings, "sessions")
    [download] = rows(settings, "downloads")
    assert session["environment"] is not None
    assert download["environment"] == session["environment"]
    assert (session["requests"], session["downloads"]) == (3, 1)


def test_a_session_of_two_environments_is_two_rows(run: Ingest, settings: Settings, tmp_path: Path) -> None:
    """What names none of them stays apart: which it belongs to cannot be told."""
    log = SmallLog().request(PACKAGE, client="c1", session="s1")
    log.request(client="c1", session="s1", environment="e1").request(
        client="c1", session="s1", environment="e2"
    )
    run(log.write(tmp_path / "access.log"))
    sessions = rows(settings, "sessions")
    assert len({row["session"] for row in sessions}) == 1
    assert len({row["environment"] for row in sessions}) == 3
    assert rows(settings, "downloads")[0]["environment"] is None


def test_requests_without_a_session_are_folded(run: Ingest, settings: Settings, tmp_path: Path) -> None:
    """One session for each address, agent, sharing and hour."""
    log = SmallLog()
    log.request().request().request(suffix="aau/1.0.0").request(address="192.0.2.8").request(
        agent="curl/8.5.0"
    )
    run(log.write(tmp_path / "access.log"))
    assert sorted((row["sharing"], row["tool"], row["requests"]) for row in rows(settings, "sessions")) == [
        ("absent", "conda", 1),
        ("absent", "conda", 2),
        ("absent", "curl", 1),
        ("off", "conda", 1),
    ]


def test_malformed_and_unknown_tokens_are_counted(run: Ingest, settings: Settings, tmp_path: Path) -> None:
    """The request counts, its malformed tokens do not; kinds of a later version are kept out."""
    log = SmallLog().request(suffix="aau/1.0.0 c/short").request(client="c1", session="s1")
    log.lines[-1] = log.lines[-1].removesuffix('"') + ' z/later"'
    log.request("/robots.txt")
    run(log.write(tmp_path / "access.log"))
    [source] = rows(settings, "sources")
    assert (source["malformed_tokens"], source["unknown_tokens"], source["other_requests"]) == (1, 1, 1)
    assert source["requests"] == 3
    assert sum(row["client"] is not None for row in rows(settings, "sessions")) == 1


def test_bad_lines_are_counted_with_their_numbers(run: Ingest, settings: Settings, tmp_path: Path) -> None:
    """A log with bad lines is read, lines = requests + drops, and the bad ones' numbers are kept."""
    log = SmallLog().request().text("garbage").text("").request().text("more garbage")
    log.text(log.lines[0].replace('"GET', '"\\x16\\x03'))
    summary = run(log.write(tmp_path / "access.log"))
    assert (summary.lines, summary.requests) == (6, 2)
    assert summary.dropped == {"blank": 1, "no_request": 1, "not_in_format": 2}
    [source] = rows(settings, "sources")
    assert dict(source["dropped"]) == summary.dropped
    assert dict(source["dropped_lines"]) == {"blank": [3], "no_request": [6], "not_in_format": [2, 5]}


def test_the_same_log_counts_once(run: Ingest, settings: Settings, tmp_path: Path) -> None:
    """Again, under another name, compressed by logrotate, or twice in one run: its lines are counted once."""
    log = SmallLog().request(client="c1", session="s1").request(PACKAGE, client="c1", session="s1")
    file = log.write(tmp_path / "access.log")
    log.write(tmp_path / "copy.log")
    first = run(file, tmp_path / "copy.log")
    before = counts(settings)
    compressed = tmp_path / "access.log.2.gz"
    compressed.write_bytes(gzip.compress(log.content()))
    second = run(file, tmp_path / "copy.log", compressed)
    assert (first.read, first.skipped, second.read, second.skipped) == (1, 1, 0, 3)
    assert counts(settings) == before == {
        "lines": 2, "requests": 2, "dropped": 0, "sessions": 1, "downloads": 1, "installer_downloads": 0
    }  # fmt: skip


@pytest.mark.takes_turns(5, among="the longest")
def test_a_log_that_grew_gives_its_new_lines(run: Ingest, settings: Settings, tmp_path: Path) -> None:
    """Read live, then longer, then rotated and compressed, then empty again: each line counts once."""
    log = SmallLog().request(client="c1", session="s1").text("garbage")
    live = log.write(tmp_path / "access.log")
    run(live)
    log.request(PACKAGE, client="c1", session="s1").text("garbage").write(live)
    with live.open("ab") as file:
        file.write(b'192.0.2.7 - - [16/Jan/2024:10:00:09 +0000] "GET /half')
    assert run(live).lines == 2
    log.request(client="c2", session="s2").write(live)
    rotated = tmp_path / "access.log.1.gz"
    rotated.write_bytes(gzip.compress(log.content()))
    live.write_bytes(b"")
    summary = run(tmp_path / "access.log", rotated)
    assert (summary.lines, summary.skipped) == (1, 1)
    assert counts(settings)["lines"] == 5
    assert counts(settings)["downloads"] == 1
    readings = sorted(rows(settings, "sources"), key=lambda source: source["first_line"])
    assert [(reading["first_line"], dict(reading["dropped_lines"])) for reading in readings] == [
        (1, {"not_in_format": [2]}),
        (3, {"not_in_format": [4]}),
        (5, {}),
    ]


def test_a_last_line_without_its_end_counts_once(run: Ingest, settings: Settings, tmp_path: Path) -> None:
    """A line end, or a field that the server adds to the line later, is no line of its own."""
    log = SmallLog().request().request()
    live = tmp_path / "access.log"
    live.write_bytes(log.content().removesuffix(b"\n"))
    assert run(live).lines == 2
    live.write_bytes(log.content().removesuffix(b"\n") + b' "203.0.113.9"\n' + b"garbage\n")
    summary = run(live)
    assert (summary.lines, summary.dropped) == (1, {"not_in_format": 1})
    assert max(source["first_line"] for source in rows(settings, "sources")) == 3


@pytest.mark.takes_turns(5, among="the longest")
@pytest.mark.parametrize("later_lines", [1, 5])
def test_a_log_that_is_rotated_while_it_is_read_loses_no_line(
    later_lines: int, run: Ingest, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new log is not taken for the one that was claimed; both are read the next time."""
    live, rotated = tmp_path / "access.log", tmp_path / "access.log.1"
    old = SmallLog().request("/1", client="c1", session="s1")
    run(old.write(live))
    old.request("/2", client="c1", session="s2").write(live)
    new = SmallLog()
    for number in range(later_lines):
        new.request(f"/new/{number}", client="c2", session=f"t{number}")

    read = SourcesReader.read

    def rotate_and_read(*arguments: Any, **options: Any) -> Iterator[None]:  # noqa: ANN401 (passed on as they are)
        live.rename(rotated)
        new.write(live)
        return read(*arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(SourcesReader, "read", rotate_and_read)
        run(live)
    run(rotated, live)
    assert counts(settings)["requests"] == 2 + later_lines
    assert run(rotated, live).lines == 0


@pytest.mark.takes_turns(5, among="the longest")
def test_a_log_that_is_replaced_between_two_looks_is_told(
    run: Ingest, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lines that an earlier reading covers are passed over only where they are the same lines."""
    live = tmp_path / "access.log"
    run(SmallLog().request("/1").write(live))
    other = SmallLog()
    for number in range(5):
        other.request(f"/other/{number}")
    find_covered = batch_reading.recognise

    def replace_after(*arguments: Any, **options: Any) -> Recognised:  # noqa: ANN401 (passed on as they are)
        covered = find_covered(*arguments, **options)
        other.write(live)
        return covered

    SmallLog().request("/1").request("/2").write(live)
    with monkeypatch.context() as patch:
        patch.setattr(batch_reading, "recognise", replace_after)
        [error] = run(live).errors
    assert str(error) == f"{live}: was replaced while it was read: run the same command again"
    assert run(live).lines == 5
    assert counts(settings)["lines"] == 6


@pytest.mark.takes_turns(5, among="the longest")
def test_what_does_not_fit_in_memory_goes_to_disk(
    run: Ingest, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A log of any size is read with the same memory."""
    monkeypatch.setattr(batch_reading, "_MEMORY_LIMIT", "100MB")
    log = SmallLog()
    for number in range(150_000):
        log.request(f"/main/noarch/{number}", client=f"c{number}", session=f"s{number}")
    assert run(log.write(tmp_path / "large.log")).requests == 150_000
    assert counts(settings)["sessions"] == 150_000


def test_a_file_name_may_be_no_text(run: Ingest, settings: Settings, tmp_path: Path) -> None:
    """A name in another encoding is kept as far as it is text."""
    run(SmallLog().request().write(tmp_path / os.fsdecode(b"caf\xe9.log")))
    assert [source["source"] for source in rows(settings, "sources")] == [f"{tmp_path}/caf\\xe9.log"]


def test_logs_that_begin_alike_are_told_apart(run: Ingest, settings: Settings, tmp_path: Path) -> None:
    """Two servers may begin their logs with the same line: both are read."""
    one = SmallLog().request("/health").request(client="c1", session="s1")
    two = SmallLog().request("/health").request(client="c2", session="s2").request()
    run(one.write(tmp_path / "one.log"))
    assert run(two.write(tmp_path / "two.log")).lines == 3
    assert counts(settings)["lines"] == 5


def test_a_bad_file_does_not_stop_the_others(run: Ingest, settings: Settings, tmp_path: Path) -> None:
    """Each is told, nothing of it gets into the lake, and the good ones are read."""
    log = SmallLog().request(client="c1", session="s1")
    good = log.write(tmp_path / "good.log")
    cut = tmp_path / "cut.log.gz"
    many = SmallLog()
    for number in range(20_000):
        many.request(f"/main/noarch/{number}")
    cut.write_bytes(gzip.compress(many.content())[:-20])
    (tmp_path / "notes.txt").write_text("no log\nat all\n")
    (tmp_path / "program").write_bytes(b"\x7fELF\0\0\0\n\0\0\n")
    summary = run(tmp_path, tmp_path / "missing.log", good)
    assert (summary.read, summary.failed) == (1, 4)
    messages = sorted(str(error).removeprefix(f"{tmp_path}/") for error in summary.errors)
    assert [message.split(",")[0].split(":")[0] for message in messages] == [
        "cut.log.gz", "missing.log", "notes.txt", "program"
    ]  # fmt: skip
    assert "cut short" in messages[0]
    assert "not an access log" in messages[2]
    assert "binary file" in messages[3]
    assert counts(settings)["lines"] == 1
    assert rows(settings, "sources")[0]["source"] == str(good)


def test_nothing_is_made_for_nothing(run: Ingest, settings: Settings, tmp_path: Path) -> None:
    """Where no path is a log, there is neither a lake nor a key afterwards."""
    (tmp_path / "notes.txt").write_text("no log\n")
    run(tmp_path / "notes.txt", tmp_path / "missing")
    assert not settings.lake.exists()
    assert not settings.config_folder.exists()


@pytest.mark.takes_turns(5, among="the longest")
@pytest.mark.parametrize("batch_bytes", [1, 1 << 30])
def test_batches_make_no_difference(
    batch_bytes: int, run: Ingest, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One batch or one for each file: the lake holds the same, and nothing is left over."""
    monkeypatch.setattr(pipeline, "_BATCH_BYTES", batch_bytes)
    for number in range(3):
        log = SmallLog().request(f"/main/noarch/{number}").request(PACKAGE, client="c1", session=f"s{number}")
        log.write(tmp_path / f"{number}.log")
    assert run(*sorted(tmp_path.glob("*.log"))).read == 3
    assert counts(settings)["lines"] == 6
    assert counts(settings)["downloads"] == 3
    assert len({source["batch"] for source in rows(settings, "sources")}) == (3 if batch_bytes == 1 else 1)
    assert [path.name for path in (settings.lake / "batches" / "main").iterdir()] == ["lock"]
    assert list((settings.lake / "claims").iterdir()) == []


def test_another_key_is_refused(run: Ingest, settings: Settings, tmp_path: Path) -> None:
    """With another key every installation would count twice."""
    run(SmallLog().request().write(tmp_path / "one.log"))
    other = Settings(settings.lake, tmp_path / "other-config", "main")
    with pytest.raises(LakeError, match="another key"):
        run(SmallLog().request("/2").write(tmp_path / "two.log"), settings=other)


@pytest.mark.takes_turns(5, among="the longest")
def test_a_log_that_another_writer_reads_is_left_to_it(
    run: Ingest, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer that was stopped while reading keeps its claim; it, and no other, reads the log in the end."""
    other = replace(settings, writer="other")
    file = SmallLog().request().write(tmp_path / "one.log")
    with monkeypatch.context() as patch:
        patch.setattr(background_rows, "rows_of_requests", _stop)
        with pytest.raises(StoppedError):
            run(file, settings=other)
    left = run(file)
    assert (left.read, left.skipped) == (0, 1)
    resumed = run(tmp_path / "nothing-new", settings=other)
    assert (resumed.read, resumed.lines) == (1, 1)
    assert run(file).skipped == 1
    assert counts(settings)["lines"] == 1


class StoppedError(Exception):
    """What a test raises in the middle of the work."""


def _stop(*_args: object) -> None:
    raise StoppedError


def test_no_token_address_or_query_is_in_the_lake(run: Ingest, settings: Settings, tmp_path: Path) -> None:
    """A search of all bytes of the lake finds nothing that the log knew of a person."""
    log = SmallLog()
    log.request(
        f"{PACKAGE}?Signature=SIGNATURE", client="c1", session="s1", environment="e1", address="198.51.100.77"
    )
    log.request("/t/SUBSCRIBER/main/linux-64/other-1.0-0.conda", suffix="aau/1.0.0 a/ACCOUNT c/" + "C" * 22)
    log.text('203.0.113.99 - SOMEBODY [bad] "GET /x HTTP/1.1" 200 1 "-" "PERSONAL"')
    log.request("/page?q=QUERY", agent="Mozilla/5.0 UNIQUEAGENT", address="2001:db8::77")
    run(log.write(tmp_path / "access.log"))
    lake = b"".join(path.read_bytes() for path in settings.lake.rglob("*") if path.is_file())
    names: tuple[TableName, ...] = ("sessions", "downloads", "installer_downloads", "sources")
    lake += "".join(str(rows(settings, name)) for name in names).encode()
    addresses = ["198.51.100.77", "203.0.113.99", "2001:db8::77"]
    words = ["SIGNATURE", "SUBSCRIBER", "ACCOUNT", "SOMEBODY", "PERSONAL", "QUERY", "UNIQUEAGENT"]
    secrets = [*addresses, *words, "C" * 22, "c1xxxx", "s1xxxx", "e1xxxx"]
    assert [secret for secret in secrets if secret.encode() in lake] == []
    assert b"numpy" in lake


def test_a_writer_runs_once_at_a_time(run: Ingest, settings: Settings, tmp_path: Path) -> None:
    """A second process of the same name is told to wait or to take another name."""
    file = SmallLog().request().write(tmp_path / "one.log")
    run(file)
    with (
        WriterBatches(Lake.open(settings.lake), "main"),
        pytest.raises(CensusError, match="another ingest is running as writer main"),
    ):
        run(file)


def test_a_client_of_no_known_address_has_no_network(run: Ingest, settings: Settings, tmp_path: Path) -> None:
    """All of them are not one."""
    line = "2024-01-16\t23:53:20\tFRA\t1\t{}\tGET\tx\t/main/noarch/a-1-0.conda\t200\t-\tcurl/8\t-\t-\tHit\t{}"
    lines = [line.format(address, number) for number, address in enumerate(["-", "unknown", "192.0.2.7"])]
    log = tmp_path / "cloudfront.log"
    log.write_text("\n".join(lines) + "\n")

    assert run(log).requests == 3

    assert sorted(row["network"] is None for row in rows(settings, "sessions")) == [False, True]
    assert sum(row["requests"] for row in rows(settings, "sessions") if row["network"] is None) == 2
