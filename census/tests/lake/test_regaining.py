"""Is a lost day known again when its logs are back, and never before?"""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from census_support.inputs.small_log import SmallLog
from census_support.oracles.lake_counts import settings_of
from conda_census.config import Settings
from conda_census.engines.choice import opened, with_gaps
from conda_census.engines.duckdb_engine import open_lake
from conda_census.ingest.pipeline import ingest
from conda_census.lake.checks.self_check import open_checked
from conda_census.lake.compaction import compact
from conda_census.lake.records.lost_days import LOST, lost_days
from conda_census.lake.store import Lake
from conda_census.metrics.coverage.window import WindowError
from conda_census.repair.forgetting import forget
from conda_census.repair.lake_repair import Repaired, damages_of, repair
from conda_census.reports.json_documents import json_text
from conda_census.reports.listings.source_list import list_what_was_read
from conda_census.reports.usage.build import make_report
from conda_census.steps import say_nothing

#: The days of the logs: 15 and 16 are read together, 17 alone, and 18 in two pieces.
D15, D16, D17, D18 = (date(2024, 1, day) for day in (15, 16, 17, 18))
pytestmark = pytest.mark.takes_turns(2)
Step = Callable[["Scene"], object]


def _write(path: Path, day: int, sessions: int) -> None:
    log = SmallLog(start=datetime(2024, 1, day, 10, tzinfo=UTC))
    log.request("/miniconda/Miniconda3-latest-Linux-x86_64.sh", agent="curl/8.5.0")
    for number in range(sessions):
        tokens = {"client": f"c{day}{number}", "session": f"s{day}{number}"}
        log.request("/main/linux-64/numpy-1.26.4-py311_0.conda", **tokens)
        log.request("/main/noarch/repodata.json", **tokens)
    log.write(path)


class Scene:
    """A lake, the folder of its logs, and the folder to which they are moved away."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings: Settings = settings_of(folder)
        self.logs = folder / "logs"
        self.away = folder / "away"
        self.repaired = Repaired()

    def ingest(self, *names: str) -> None:
        """Read these logs, or all that are there."""
        paths = [str(self.logs / name) for name in names] or [str(self.logs)]
        assert ingest(paths, self.settings, "auto", lambda **_: None).failed == 0

    def move(self, *names: str) -> None:
        """Move these logs away, or all."""
        self.away.mkdir(exist_ok=True)
        for path in [self.logs / name for name in names] or sorted(self.logs.iterdir()):
            path.rename(self.away / path.name)

    def put_back(self, *names: str) -> None:
        """Move these logs back, or all."""
        for path in [self.away / name for name in names] or sorted(self.away.iterdir()):
            path.rename(self.logs / path.name)

    def repair(self) -> None:
        """Repair the lake."""
        self.repaired = repair(self.settings, say_nothing)

    def forget(self, name: str) -> None:
        """Take a log out."""
        forget(self.settings, name, say_nothing)

    def lost(self) -> set[date]:
        """The days that are lost."""
        return set(lost_days(self.settings.lake))

    def remove(self, table: str, day: date) -> None:
        """Remove all files that a table has of a day."""
        paths = list((self.settings.lake / table / f"day={day}").glob("*.parquet"))
        assert paths
        for path in paths:
            path.unlink()

    def report(self) -> dict[str, object]:
        """The report of the lake."""
        with opened(open_checked(self.settings.lake), "duckdb", ()) as tables:
            report: dict[str, object] = json.loads(json_text(make_report(tables, None, None)))
        for each in report["completeness"]:  # type: ignore[attr-defined]
            del each["sources"]  # a log that was read in two pieces is read in one now
        return report


@pytest.fixture(scope="module", params=[False, True], ids=["small files", "compacted"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake of four batches."""
    folder = tmp_path_factory.mktemp("made")
    scene = Scene(folder)
    scene.logs.mkdir()
    for day, sessions in ((15, 3), (16, 2), (17, 4), (18, 2)):
        _write(scene.logs / f"{day}.log", day, sessions)
    scene.ingest("15.log", "16.log")
    scene.ingest("17.log")
    scene.ingest("18.log")
    _write(scene.logs / "18.log", 18, 3)
    scene.ingest()
    if request.param:
        compact(Lake.open(scene.settings.lake), 0, say_nothing)
    return folder


@pytest.fixture
def scene(made: Path) -> Scene:
    """The same lake in its place, for the lake knows its logs by their paths; put back by the next test."""
    kept = made.with_name(f"{made.name}-kept")
    if kept.exists():
        shutil.rmtree(made)
        shutil.copytree(kept, made)
    else:
        shutil.copytree(made, kept)
    return Scene(made)


def _lose(scene: Scene, *damages: tuple[str, date]) -> dict[str, object]:
    """Damage the lake while the logs are away, and repair it; return what a lake without damage says."""
    clean = scene.report()
    for table, day in damages:
        scene.remove(table, day)
    scene.move()
    scene.repair()
    assert scene.lost() == set(scene.repaired.lost) == {day for _, day in damages}
    assert scene.report() != clean
    return clean


@pytest.mark.takes_turns(5)
@pytest.mark.parametrize(
    ("table", "day"),
    [("sessions", D16), ("line_marks", D16), ("downloads", D17), ("sessions", D18), ("line_marks", D18)],
    ids=str,
)
def test_a_repair_regains_a_day_whose_logs_are_back(scene: Scene, table: str, day: date) -> None:
    """Whichever table lost its rows; until then the day is lost, and the logs are named."""
    clean = _lose(scene, (table, day))
    scene.repair()
    [reasons] = scene.repaired.still_lost.values()
    assert any(f"{day.day}.log (the file is not there any more)" in reason for reason in reasons)
    scene.put_back()
    scene.ingest()
    assert scene.lost() == {day}  # to read them is not enough: the lake has these lines already
    scene.repair()
    assert (scene.repaired.regained, scene.repaired.lost, scene.lost()) == ([day], [], set())
    assert scene.report() == clean
    assert damages_of(scene.settings) == []
    scene.repair()
    assert (scene.repaired.regained, scene.repaired.read_again) == ([], [])


def test_a_day_needs_all_logs_of_its_batch(scene: Scene) -> None:
    """Rows of one batch cannot be told apart: the day stays lost, and the log that is missing is named."""
    clean = _lose(scene, ("sessions", D16))
    scene.put_back("16.log", "17.log")
    scene.repair()
    assert (scene.lost(), scene.repaired.read_again) == ({D16}, [])
    [[reason]] = scene.repaired.still_lost.values()
    assert reason == f"{scene.logs / '15.log'} (the file is not there any more)"
    scene.put_back()
    scene.repair()
    assert scene.report() == clean


def test_each_day_is_regained_as_soon_as_its_own_logs_are_back(scene: Scene) -> None:
    """One of several lost days does not wait for the others."""
    clean = _lose(scene, ("sessions", D16), ("downloads", D17), ("installer_downloads", D18))
    scene.put_back("17.log")
    scene.repair()
    assert (scene.lost(), scene.repaired.regained) == ({D16, D18}, [D17])
    scene.put_back("15.log", "16.log")
    scene.repair()
    assert scene.lost() == {D18}
    scene.put_back()
    scene.repair()
    assert scene.report() == clean


def test_two_days_of_one_batch_are_regained_together(scene: Scene) -> None:
    """Both tables of both days."""
    clean = _lose(scene, ("sessions", D15), ("downloads", D16))
    scene.put_back()
    scene.repair()
    assert (scene.repaired.regained, scene.report()) == ([D15, D16], clean)


def test_a_log_that_comes_back_compressed_is_found(scene: Scene) -> None:
    """As rotation would have named it."""
    clean = _lose(scene, ("sessions", D17))
    text = (scene.away / "17.log").read_bytes()
    (scene.logs / "17.log.1.gz").write_bytes(gzip.compress(text))
    scene.repair()
    assert (scene.lost(), _but_names(scene.report())) == (set(), _but_names(clean))


def test_another_log_in_its_place_is_not_taken_for_it(scene: Scene) -> None:
    """It begins with the same line, and has as many."""
    _lose(scene, ("sessions", D17))
    lines = (scene.away / "17.log").read_bytes().splitlines(keepends=True)
    other = b"".join([*lines[:2], lines[2].replace(b"numpy", b"scipy"), *lines[3:-1], lines[-2]])
    (scene.logs / "17.log").write_bytes(other)
    scene.repair()
    assert scene.lost() == {D17}


ORDERS: dict[str, tuple[Step, ...]] = {
    "put back, forget, ingest": (
        lambda scene: scene.put_back(),
        lambda scene: scene.forget("17.log"),
        lambda scene: scene.ingest(),
    ),
    "forget, put back, ingest": (
        lambda scene: scene.forget("17.log"),
        lambda scene: scene.put_back(),
        lambda scene: scene.ingest(),
    ),
    "forget, put back, repair, ingest": (
        lambda scene: scene.forget("17.log"),
        lambda scene: scene.put_back(),
        lambda scene: scene.repair(),
        lambda scene: scene.ingest(),
    ),
    "put back, repair, forget, ingest": (
        lambda scene: scene.put_back(),
        lambda scene: scene.repair(),
        lambda scene: scene.forget("17.log"),
        lambda scene: scene.ingest(),
    ),
    "put back, ingest, repair, ingest": (
        lambda scene: scene.put_back(),
        lambda scene: scene.ingest(),
        lambda scene: scene.repair(),
        lambda scene: scene.ingest(),
    ),
}


@pytest.mark.takes_turns(5)
@pytest.mark.parametrize("order", ORDERS)
def test_the_order_does_not_matter(scene: Scene, order: str) -> None:
    """Nothing counts twice, and nothing is missing."""
    clean = _lose(scene, ("sessions", D17))
    for step in ORDERS[order]:
        step(scene)
    assert (scene.lost(), scene.report()) == (set(), clean)


def test_a_log_that_is_forgotten_is_no_more_needed(scene: Scene) -> None:
    """Another log of its batch is read again: its day is as known as if the other had never been read."""
    clean = _lose(scene, ("sessions", D15), ("sessions", D16))
    scene.put_back()
    scene.forget("15.log")
    assert scene.lost() == set()
    scene.ingest()
    assert scene.report() == clean


def test_a_log_elsewhere_is_read_after_it_was_forgotten(scene: Scene) -> None:
    """If its old place cannot be had again."""
    clean = _lose(scene, ("sessions", D17))
    scene.forget("17.log")
    assert ingest([str(scene.away / "17.log")], scene.settings, "auto", lambda **_: None).failed == 0
    assert (scene.lost(), _but_names(scene.report())) == (set(), _but_names(clean))


def test_a_log_that_was_forgotten_and_is_gone_leaves_its_day_unknown(scene: Scene) -> None:
    """As any day without a log."""
    _lose(scene, ("sessions", D17))
    scene.forget("17.log")
    window = scene.report()["window"]
    assert window["days_without_log"] == [str(D17)]  # type: ignore[index]


@pytest.mark.takes_turns(4)
@pytest.mark.parametrize("cut", ["take_out", "ingest", "regain", "repair_is_done"])
def test_a_repair_that_is_cut_off_regains_the_day_when_it_is_run_again(
    scene: Scene, cut: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever it was."""
    clean = _lose(scene, ("sessions", D16))
    scene.put_back()

    def cut_off(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(f"conda_census.repair.lake_repair.{cut}", cut_off)
        with pytest.raises(KeyboardInterrupt):
            scene.repair()
    scene.repair()
    assert (scene.lost(), scene.report()) == (set(), clean)


def test_a_log_that_goes_away_while_it_is_read_again_leaves_its_day_lost(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the day is known again when it is back, whichever command reads it."""
    clean = _lose(scene, ("sessions", D16))
    scene.put_back()
    with monkeypatch.context() as patch:
        patch.setattr(
            "conda_census.repair.lake_repair.ingest", lambda *_, **__: scene.move("16.log", "15.log")
        )
        scene.repair()
    assert scene.lost() == {D15, D16}
    scene.put_back("15.log")
    scene.ingest()
    assert scene.lost() == {D16}
    scene.put_back()
    scene.repair()
    assert (scene.lost(), scene.report()) == (set(), clean)


def test_days_are_regained_by_ingest_if_their_logs_are_unread(scene: Scene) -> None:
    """The table that says which logs were read was lost as well."""
    clean = scene.report()
    shutil.rmtree(scene.settings.lake / "sources")
    scene.move("17.log")
    scene.repair()
    assert scene.lost() == {D17}
    scene.put_back()
    scene.ingest()
    assert (scene.lost(), scene.report()["by_day"]) == (set(), clean["by_day"])


def test_a_list_without_wanted_lines_loses_days_for_good(scene: Scene) -> None:
    """It is not known what they need, so that nothing gives them back; the repair says so by no log."""
    _lose(scene, ("sessions", D17))
    (scene.settings.lake / LOST).write_text(json.dumps({"days": [str(D17)]}))
    scene.put_back()
    scene.repair()
    assert (scene.lost(), scene.repaired.still_lost) == ({D17}, {D17: []})


def test_what_is_lost_for_good_is_known_in_a_new_lake(scene: Scene) -> None:
    """The way that always works: all logs are read into a new lake."""
    clean = _lose(scene, ("sessions", D17))
    scene.put_back()
    new = Scene(scene.folder)
    new.settings = replace(scene.settings, lake=scene.folder / "new")
    new.ingest()
    assert new.report()["by_day"] == clean["by_day"]


def test_a_report_that_runs_meanwhile_knows_what_its_files_know(scene: Scene) -> None:
    """A day is regained behind its back: its files are the old ones, of which the day is lost."""
    _lose(scene, ("sessions", D17))
    lake = open_checked(scene.settings.lake)
    scene.put_back()
    scene.repair()
    assert with_gaps(open_lake(lake), lake).lost_days == {D17}
    lake = open_checked(scene.settings.lake)
    assert with_gaps(open_lake(lake), lake).lost_days == set()


def _but_names(report: dict[str, object]) -> object:
    """What does not depend on the names of the logs."""
    return {name: report[name] for name in ("by_day", "downloads", "sessions", "installations", "window")}


@pytest.mark.parametrize(
    "days", [{D15, D16}, {D17}, {D18}, {D15, D16, D18}], ids=lambda days: " ".join(map(str, sorted(days)))
)
def test_lost_days_at_the_ends_are_not_forgotten(scene: Scene, days: set[date]) -> None:
    """Nothing but the note of them says that there were logs of these days: they are in each window."""
    for day in days:
        for table in ("sources", "sessions"):
            scene.remove(table, day)
    scene.move()
    scene.repair()
    assert scene.lost() == days
    report = scene.report()
    window = report["window"]
    assert isinstance(window, dict)
    assert (window["since"], window["until"], window["complete"]) == (str(D15), str(D18), False)
    assert window["days_without_log"] == [str(day) for day in sorted(days)]
    with opened(open_checked(scene.settings.lake), "duckdb", ()) as tables:
        listed = list_what_was_read(tables)
    assert [day["day"] for day in listed["days"] if day["state"] == "no_log"] == window["days_without_log"]


def test_a_lake_of_lost_days_only_has_no_report(scene: Scene) -> None:
    """It does not look like one into which nothing was read."""
    for day in (D15, D16, D17, D18):
        scene.remove("sources", day)
    scene.move()
    scene.repair()
    with pytest.raises(WindowError, match="2024-01-15 to 2024-01-18: nothing is known of these days: rows"):
        scene.report()
