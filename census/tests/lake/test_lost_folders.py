"""Does a repair come to an end, in one run, whichever folder of a table is lost or another lake's?"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest

from census_support.oracles.lake_counts import ingest_all, settings_of
from conda_census.config import Settings
from conda_census.engines.choice import opened
from conda_census.errors import LakeError
from conda_census.lake.checks.self_check import open_checked
from conda_census.lake.records.lost_days import lost_days
from conda_census.lake.records.table_notes import TABLE_NOTES
from conda_census.lake.references import REFERENCES
from conda_census.lake.schema import TABLES, Reference, TableName, delta_schema
from conda_census.lake.store import Lake
from conda_census.logs.formats import BUILT_IN
from conda_census.logs.formats.cloudfront import STANDARD_HEADER
from conda_census.repair.lake_repair import Repaired, damages_of, repair
from conda_census.reports.json_documents import json_text
from conda_census.reports.usage.build import make_report
from conda_census.steps import say_nothing

EXAMPLE = BUILT_IN["cloudfront"].example
REQUEST_ID = "EXAMPLErequestIDexampleREQUESTidEXAMPLErequestIDexample=="
PATHS = (
    "/pkgs/main/noarch/repodata.json.zst",
    "/pkgs/main/noarch/six-1.16.0-py_0.conda",
    "/miniconda/Miniconda3-latest-Linux-x86_64.sh",
)


@dataclass
class Made:
    """A lake with another one beside it, which has the same key, and the report of the first."""

    folder: Path
    report: dict[str, object]


def _log(path: Path, day: int, requests: int) -> Path:
    """A log of CloudFront, whose requests have ids."""
    day_of_example = EXAMPLE.partition("\t")[0]
    lines = [
        EXAMPLE.replace(REQUEST_ID, f"{path.stem}-{number}==")
        .replace(day_of_example, f"2024-01-{day}")
        .replace("23:53:20", f"23:{10 + number}:20")
        .replace(PATHS[0], PATHS[number % len(PATHS)])
        for number in range(requests)
    ]
    path.write_text("\n".join(["#Version: 1.0", STANDARD_HEADER.decode(), *lines]) + "\n")
    return path


def _rows(reference: Reference, *numbers: int) -> pa.Table:
    values = {"VARCHAR": str, "BIGINT": int, "VARCHAR[]": lambda number: [str(number)]}
    rows = [
        {each.name: values[each.type](number) for each in reference.columns if each.type in values}
        for number in numbers
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema(delta_schema(reference).to_arrow()))


def _report(settings: Settings) -> dict[str, object]:
    with opened(open_checked(settings.lake), "duckdb", ()) as tables:
        report: dict[str, object] = json.loads(json_text(make_report(tables, None, None)))
    return report


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The lake to damage copies of; its three logs were read in two batches."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "logs").mkdir()
    settings = settings_of(folder)
    for name, requests in (("other", 7), ("own", 9)):
        logs = [_log(folder / "logs" / f"{name}{day}.log", day, requests) for day in (15, 16, 17)]
        ingest_all(settings, logs[:2])
        ingest_all(settings, logs[2:])
        for reference in REFERENCES:
            Lake.open(settings.lake).replace_reference(reference, _rows(reference, requests))
        if name == "other":
            # One table of the other lake is of a newer version than the lake's own.
            Lake.open(settings.lake).replace_reference(REFERENCES[0], _rows(REFERENCES[0], 1))
            settings.lake.rename(folder / "foreign")
            for log in logs:
                log.unlink()
    return Made(folder, _report(settings))


def _removed(_: Made, table: Path) -> None:
    shutil.rmtree(table)


def _emptied(_: Made, table: Path) -> None:
    shutil.rmtree(table)
    table.mkdir()


def _swapped(made: Made, table: Path) -> None:
    shutil.rmtree(table)
    shutil.copytree(made.folder / "foreign" / table.name, table)


def _without_log(_: Made, table: Path) -> None:
    shutil.rmtree(table / "_delta_log")


Damage = Callable[[Made, Path], None]
DAMAGES: list[Damage] = [_removed, _emptied, _swapped, _without_log]


@pytest.fixture(params=["logs there", "logs gone"])
def logs_are_there(request: pytest.FixtureRequest, made: Made) -> object:
    """Whether the logs are where they were read. The lake names them there, whichever copy it is."""
    if request.param == "logs there":
        yield True
    else:
        logs = made.folder / "logs"
        logs.rename(made.folder / "away")
        yield False
        (made.folder / "away").rename(logs)


@pytest.fixture
def settings(made: Made, tmp_path: Path) -> Settings:
    """A copy of the lake."""
    for name in ("lake", "config"):
        shutil.copytree(made.folder / name, tmp_path / name)
    return settings_of(tmp_path)


def _repaired_to_its_end(settings: Settings) -> Repaired | None:
    """What the first repair did, after which another one finds nothing to do; null if it is refused.

    It must say then what helps, and that is not to do the same once more.
    """
    try:
        repaired = repair(settings, say_nothing)
    except LakeError as error:
        told = str(error)
        assert "\n" not in told
        assert "restore" in told
        assert "run conda-census repair" not in told
        with pytest.raises(LakeError) as again:
            repair(settings, say_nothing)
        assert str(again.value) == told
        return None
    assert repair(settings, say_nothing) == Repaired(still_lost=repaired.still_lost)
    assert damages_of(settings) == []
    return repaired


@pytest.mark.takes_turns(8)
@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("table", [table.name for table in TABLES])
def test_a_repair_ends(
    made: Made, settings: Settings, table: str, damage: Damage, *, logs_are_there: bool
) -> None:
    """With the logs all is as it was. Without them the days are lost, or the lake must come from a backup."""
    damage(made, settings.lake / table)
    with pytest.raises(LakeError, match=r"run conda-census repair$"):
        ingest_all(settings, [])
    repaired = _repaired_to_its_end(settings)
    if logs_are_there:
        assert repaired
        assert (repaired.lost, _report(settings)) == ([], made.report)
    elif repaired and not lost_days(settings.lake):
        assert _report(settings) == made.report


@pytest.mark.takes_turns(6)
@pytest.mark.parametrize("damage", [_removed, _emptied, _without_log])
@pytest.mark.parametrize("table", [table.name for table in TABLES])
def test_a_repair_ends_without_a_note_of_the_tables(
    made: Made, settings: Settings, table: TableName, damage: Damage
) -> None:
    """As in a lake of an earlier version; nothing tells of a swapped table then whose it is."""
    (settings.lake / TABLE_NOTES).unlink()
    damage(made, settings.lake / table)
    repaired = _repaired_to_its_end(settings)
    assert repaired
    assert (repaired.lost, _report(settings)) == ([], made.report)
    if table == "line_marks":  # no number shows that they are gone
        assert Lake.open(settings.lake).files(table)


@pytest.mark.takes_turns(4)
@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("reference", REFERENCES, ids=lambda each: each.name)
def test_a_repair_of_a_reference_table_ends(
    made: Made, settings: Settings, reference: Reference, damage: Damage
) -> None:
    """It is empty then, and is imported again."""
    damage(made, settings.lake / reference.name)
    repaired = _repaired_to_its_end(settings)
    assert repaired
    assert repaired.import_again == [reference.name]
    lake = Lake.open(settings.lake)
    lake.replace_reference(reference, _rows(reference, 9))
    assert lake.reference(reference).equals(_rows(reference, 9))
    assert _report(settings) == made.report
