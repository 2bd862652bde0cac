"""Does each line count once, in whatever order pieces and wholes of logs come?

Random sequences of what happens to log files: copies, also in progress, truncation, rotation, compression,
restored backups. After each the lines in the lake are those that a plain set of lines holds. ``make fuzz``
tries more of them, ``CENSUS_FUZZ_SEQUENCES``.
"""

from __future__ import annotations

import bz2
import gzip
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import duckdb
import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from census_support.inputs.small_log import SmallLog
from census_support.lakes.old_lake import in_clear
from conda_census.config import Settings
from conda_census.ingest import reader as reading
from conda_census.ingest.duplicates import shared_lines
from conda_census.ingest.pipeline import ingest
from conda_census.ingest.summary import BEGINNING, CUT_SHORT, NOT_MARKED, Summary
from conda_census.lake.store import Lake
from conda_census.logs import format_detection as sniff
from conda_census.logs.line_marks import LineMarks, short
from conda_census.logs.sources.compression import tell_nobody
from conda_census.logs.sources.discovery import decompressed
from conda_census.logs.sources.readable import Readable

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

SEQUENCES = int(os.environ.get("CENSUS_FUZZ_SEQUENCES", "12"))
COMPRESSIONS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": lambda data: gzip.compress(data, mtime=0),
    ".bz2": bz2.compress,
    ".zst": zstd.compress,
}
LIVE = "access.log"


class Files(RuleBasedStateMachine):
    """A folder of logs, a lake, and the set of lines that were there when it was read."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="pieces-"))
        self.logs = self.folder / "logs"
        self.logs.mkdir()
        self.settings = Settings(self.folder / "lake", self.folder / "config", "main")
        self.log = SmallLog()
        self.seen: set[bytes] = set()
        self.copies = 0
        # A copy in progress, and what it will hold.
        self.copied: dict[Path, bytes] = {}
        self.is_read = True
        self._append(3)

    def teardown(self) -> None:
        """Remove all of it."""
        shutil.rmtree(self.folder)

    @rule(lines=st.integers(2, 6))
    def append(self, lines: int) -> None:
        """The server writes."""
        self._append(lines)

    @rule(what=st.integers(0, 99), share=st.floats(0, 1))
    def copy(self, what: int, share: float) -> None:
        """A file is copied, or the copy is still in progress."""
        content = self._choose(what).read_bytes()
        copy = self._new(".log")
        copy.write_bytes(content[: round(share * len(content))])
        self.copied[copy] = content

    @precondition(lambda self: self.copied)
    @rule(which=st.integers(0, 99), share=st.floats(0, 1))
    def go_on_copying(self, which: int, share: float) -> None:
        """A copy gets on, or is complete."""
        copy, content = list(self.copied.items())[which % len(self.copied)]
        size = copy.stat().st_size if copy.exists() else 0
        if copy.exists() and size < len(content):
            copy.write_bytes(content[: size + round(share * (len(content) - size))])

    @rule(share=st.floats(0, 1))
    def copy_and_truncate(self, share: float) -> None:
        """What logrotate does with ``copytruncate``; the copy may still be in progress."""
        content = (self.logs / LIVE).read_bytes()
        self.copied[rotated := self._new("")] = content
        rotated.write_bytes(content[: round(share * len(content))])
        if share == 1:
            (self.logs / LIVE).write_bytes(b"")

    @rule()
    def rotate(self) -> None:
        """The log gets another name, and a new one begins."""
        (self.logs / LIVE).rename(self._new(""))
        (self.logs / LIVE).write_bytes(b"")

    @rule(what=st.integers(0, 99), suffix=st.sampled_from(sorted(COMPRESSIONS)))
    def compress(self, what: int, suffix: str) -> None:
        """A file that is complete is compressed."""
        file = self._choose(what)
        content = file.read_bytes()
        if file.name != LIVE and content.endswith(b"\n"):
            self._new(suffix).write_bytes(COMPRESSIONS[suffix](content))
            file.unlink()

    @rule(what=st.integers(0, 99), suffix=st.sampled_from(sorted(COMPRESSIONS)), share=st.floats(0, 1))
    def copy_compressed(self, what: int, suffix: str, share: float) -> None:
        """The copy of a compressed file, which may be in progress."""
        content = self._choose(what).read_bytes()
        if content.endswith(b"\n"):
            compressed = COMPRESSIONS[suffix](content)
            copy = self._new(suffix)
            copy.write_bytes(compressed[: round(share * len(compressed))])
            self.copied[copy] = compressed

    @rule(what=st.integers(0, 99))
    def restore(self, what: int) -> None:
        """A backup is put in the place of the log; what the server writes then begins a line."""
        content = self._choose(what).read_bytes()
        (self.logs / LIVE).write_bytes(content[: content.rfind(b"\n") + 1])

    @rule(share=st.floats(0, 1))
    def shrink(self, share: float) -> None:
        """The log is cut, be it inside a line; what the server writes then begins a line."""
        content = (self.logs / LIVE).read_bytes()
        kept = content[: round(share * len(content))]
        (self.logs / LIVE).write_bytes(kept[: kept.rfind(b"\n") + 1])

    @rule(what=st.integers(0, 99))
    def rename(self, what: int) -> None:
        """A file gets another name."""
        file = self._choose(what)
        if file.name != LIVE:
            file.rename(self._new(".log"))

    @rule(what=st.integers(0, 99))
    def delete(self, what: int) -> None:
        """A file is deleted."""
        file = self._choose(what)
        if file.name != LIVE:
            file.unlink()

    @rule()
    def read(self) -> None:
        """A run reads all files."""
        for content in self._contents():
            self.seen.update(content.split(b"\n")[:-1])
        ingest([str(self.logs)], self.settings, "auto", lambda **_: None)
        self.is_read = True

    @invariant()
    def each_line_counts_once(self) -> None:
        """The lake holds the lines that were there, each once."""
        if self.is_read and (self.settings.lake / "lake.json").exists():
            self.is_read = False
            assert _lines(self.settings) == len(self.seen)

    def _append(self, lines: int) -> None:
        first = len(self.log.lines)
        for number in range(first, first + lines):
            self.log.request(
                f"/main/linux-64/p{number}-1.0-0.conda", client=f"c{number % 3}", session=f"s{number}"
            )
        with (self.logs / LIVE).open("ab") as file:
            file.write("".join(f"{line}\n" for line in self.log.lines[first:]).encode())

    def _choose(self, number: int) -> Path:
        """One of the plain files."""
        files = sorted(path for path in self.logs.iterdir() if path.suffix not in COMPRESSIONS)
        return files[number % len(files)]

    def _new(self, suffix: str) -> Path:
        self.copies += 1
        return self.logs / f"access.log.{self.copies}{suffix}"

    def _contents(self) -> Iterator[bytes]:
        """What can be read of each file: of a compressed one that is cut short nothing counts."""
        for path in self.logs.iterdir():
            data = path.read_bytes()
            if path.suffix not in COMPRESSIONS:
                # A last line that lacks only its end counts; any other that has none is left.
                yield data + b"\n" if data.rpartition(b"\n")[2].endswith(b'x"') else data
            elif path not in self.copied or data == self.copied[path]:
                yield {".gz": gzip.decompress, ".bz2": bz2.decompress, ".zst": zstd.decompress}[path.suffix](
                    data
                )


def _lines(census: Settings) -> int:
    files = Lake.open(census.lake).files("sources")
    [(lines,)] = (
        duckdb.execute("SELECT sum(lines) FROM read_parquet(?)", [files]).fetchall() if files else [(0,)]
    )
    return int(lines)


TestSequences = Files.TestCase
TestSequences.settings = settings(
    max_examples=SEQUENCES,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


# Cases that random sequences seldom meet.


@dataclass
class Case:
    """A lake, and a folder for logs."""

    folder: Path

    def run(self, *paths: Path) -> Summary:
        """Ingest these paths."""
        settings = Settings(self.folder / "lake", self.folder / "config", "main")
        return ingest([str(path) for path in paths], settings, "auto", lambda **_: None)

    @property
    def lines(self) -> int:
        """Lines in the lake."""
        return _lines(Settings(self.folder / "lake", self.folder / "config", "main"))

    def log(self, name: str, content: bytes) -> Path:
        """A file with this content."""
        path = self.folder / name
        path.write_bytes(content)
        return path


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """A lake that is not there yet."""
    return Case(tmp_path)


def _content(lines: int, name: str = "s") -> list[bytes]:
    log = SmallLog()
    for number in range(lines):
        log.request(f"/main/linux-64/p{number}-1.0-0.conda", client="c1", session=f"{name}{number}")
    return [line.encode() + b"\n" for line in log.lines]


@pytest.mark.takes_turns(5, among="the longest")
def test_a_copy_in_progress_waits(case: Case) -> None:
    """Nothing of it counts, it is told at every run, and no more when it is complete."""
    content = b"".join(_content(300))
    case.run(case.log("access.log", content))
    copy = case.folder / "access.log.1"
    for share in (0.3, 0.47, 0.99):
        copy.write_bytes(content[: int(share * len(content))])
        for _ in range(2):
            summary = case.run(copy)
            assert summary.to_json()["waiting"] == [{"source": str(copy), "reason": BEGINNING}]
            assert "; 1 waiting, " in summary.sentence()
            assert "(1 the beginning of a log that was read)" in summary.sentence()
            assert (summary.lines, summary.exit_code(strict=False)) == (0, 0)
    copy.write_bytes(content)
    assert case.run(copy).waiting == []
    assert case.lines == 300


@pytest.mark.takes_turns(5, among="the longest")
@pytest.mark.parametrize("suffix", sorted(COMPRESSIONS))
def test_a_compressed_copy_in_progress_waits(case: Case, suffix: str) -> None:
    """It is cut short, and begins like a log that was read."""
    content = b"".join(_content(20_000))
    case.run(case.log("access.log", content))
    compressed = COMPRESSIONS[suffix](content)
    copy = case.log(f"access.log.1{suffix}", compressed[: int(0.9 * len(compressed))])
    for _ in range(2):
        summary = case.run(copy)
        assert [each.reason for each in summary.waiting] == [CUT_SHORT]
        assert summary.errors == []
    copy.write_bytes(compressed)
    assert (case.run(copy).waiting, case.lines) == ([], 20_000)


@pytest.mark.takes_turns(4)
@pytest.mark.parametrize("cut", range(1, 40, 3))
def test_a_piece_that_is_cut_inside_a_line(case: Case, cut: int) -> None:
    """Whether piece or whole comes first, plain or compressed, makes no difference."""
    lines = _content(12)
    whole, piece = b"".join(lines), b"".join(lines[:6]) + lines[6][:-cut]
    is_whole = cut == 1  # only its end is missing
    assert case.run(case.log("piece.log", piece)).lines == 6 + is_whole
    case.run(case.log("whole.log", whole))
    assert case.lines == 12
    case.run(case.log("other.log", piece), case.log("other.log.gz", gzip.compress(piece)))
    assert case.lines == 12


def test_logs_that_begin_alike_by_a_health_check(case: Case) -> None:
    """Two servers that a load balancer asks at the same second are two logs."""
    checks = SmallLog().request("/health", agent="LB").request("/health", agent="LB").content()
    for name in ("one", "two"):
        case.log(f"{name}.log", checks + b"".join(_content(5, name)))
    case.run(case.folder / "one.log", case.folder / "two.log")
    assert case.lines == 14


def test_lines_between_copy_and_truncation(case: Case) -> None:
    """What the server wrote after the copy was made and before the truncation is known already."""
    lines = _content(100)
    live = case.log("access.log", b"".join(lines[:90]))
    case.run(live)
    case.log("access.log.1", b"".join(lines[:80]))
    live.write_bytes(b"".join(lines[90:]))
    case.run(case.folder / "access.log.1", live)
    assert case.lines == 100


@pytest.mark.takes_turns(5, among="the longest")
def test_many_readings_of_one_log(case: Case) -> None:
    """A log that was read as it grew is known as a whole, and so is each beginning of it."""
    lines = _content(60)
    live = case.folder / "access.log"
    for count in (3, 10, 11, 40, 60):
        live.write_bytes(b"".join(lines[:count]))
        case.run(live)
    for count in (2, 3, 25, 41, 60):
        case.run(case.log(f"access.log.{count}", b"".join(lines[:count])))
        case.run(case.log(f"access.log.{count}.gz", gzip.compress(b"".join(lines[:count]))))
    assert case.lines == 60
    restored = case.log("access.log", b"".join(lines[:25]) + b"".join(_content(5, "other")))
    case.run(restored)
    assert case.lines == 65


@pytest.mark.takes_turns(5, among="the longest")
def test_a_known_log_is_decompressed_once(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """The compressed file of a log that was read plain is remembered after the first look."""
    content = b"".join(_content(50))
    case.run(case.log("access.log", content))
    compressed = case.log("access.log.1.gz", gzip.compress(content))
    opened = 0

    def counted(source: Readable, passed_over: Callable[[int], object] = tell_nobody) -> Iterator[bytes]:
        nonlocal opened
        opened += str(source) == str(compressed)
        return decompressed(source, passed_over)

    for module in (sniff, shared_lines, reading):
        monkeypatch.setattr(module, "decompressed", counted)
    case.run(compressed)
    assert opened == 2  # to see what it is, and to compare it
    for _ in range(3):
        assert case.run(compressed).skipped == 1
    assert opened == 2
    compressed.write_bytes(gzip.compress(content + b"".join(_content(1, "new"))))
    assert case.run(compressed).lines == 1


@pytest.mark.takes_turns(5, among="the longest")
def test_logs_of_an_earlier_version_have_no_marks(case: Case) -> None:
    """A shorter file that begins like one waits; a longer one is read behind it."""
    lines = _content(30)
    case.run(case.log("access.log", b"".join(lines[:20])))
    shutil.rmtree(case.folder / "lake" / "line_marks")
    in_clear(case.folder / "lake", {})
    piece = case.log("access.log.1", b"".join(lines[:9]))
    assert [each.reason for each in case.run(piece).waiting] == [NOT_MARKED]
    piece.write_bytes(b"".join(lines))
    assert case.run(piece).lines == 10
    assert case.lines == 30


def test_marks_do_not_depend_on_pieces() -> None:
    """However a log is fed, the marks at its line ends are the same, and differ behind a difference."""
    random = Random(7)  # noqa: S311 (it makes no secret)
    content = b"".join(random.choice([b"", b"a", b"0123456", b"x" * 3000]) + b"\n" for _ in range(900))
    whole = LineMarks(b"key").feed(content)
    assert whole.offsets.tolist() == [at + 1 for at, byte in enumerate(content) if byte == ord("\n")]
    marks, pieces, at = LineMarks(b"key"), [], 0
    while at < len(content):
        size = random.choice([1, 2, 3, 7, 8, 9, 40_000])
        pieces.append(marks.feed(content[at : at + size]).marks)
        at += size
    assert np.concatenate(pieces).tolist() == whole.marks.tolist()
    begun = LineMarks(b"key")
    begun.feed(content[:-1])
    assert begun.with_line_end() == whole.marks[-1]
    place = content.index(b"x", len(content) // 2)
    other = LineMarks(b"key").feed(content[:place] + b"y" + content[place + 1 :])
    is_before = whole.offsets <= place
    assert ((short(other.marks) == short(whole.marks)) == is_before).all()
