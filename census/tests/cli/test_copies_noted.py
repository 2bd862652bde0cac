"""Copies of logs with other bytes: each number that they change says so, in whatever command shows it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator

import pytest

from census_support.processes.census_process import CensusProcess

#: Which notes are on a part of the report; the longest beginning of a number's path counts.
_NOTES_ON = {
    "accounting": "accounting",
    "by_day": "by_day",
    "completeness": "accounting",
    "downloads": "downloads",
    "installer_downloads": "installer_downloads",
    "opted_out": "naive",
    "organizations": "organizations",
    "packages": "packages",
    "still_downloaded": "still_downloaded",
    "unknown": "unknown",
}
_SAYS_SO = "look like copies of others"


@pytest.fixture(scope="module")
def lakes(tmp_path_factory: pytest.TempPathFactory) -> CensusProcess:
    """A lake of forty days, one of them without a log, and one into which copies were read as well."""
    census = CensusProcess(tmp_path_factory.mktemp("copies"))
    census(
        "simulate", "--installations", "250", "--days", "40", "--out", "logs", "--disclosures", "2",
        "--preset", "miniconda-2024q1", "--seed", "3",
    )  # fmt: skip
    logs = sorted(census.folder.glob("logs/*.gz"))
    logs.pop(3).unlink()
    (census.folder / "copies").mkdir()
    for number, log in enumerate(logs[28::2]):
        lines = gzip.decompress(log.read_bytes())
        crlf = lines.replace(b"\n", b"\r\n")
        prefixed = b"".join(b"www.example.org:443 " + line for line in lines.splitlines(keepends=True))
        copy = crlf if number % 2 else prefixed
        (census.folder / "copies" / f"{number}.log").write_bytes(copy)
    for lake, what in (("once", ["logs"]), ("twice", ["logs", "copies"])):
        assert census("ingest", *what, "--exclude", "*.json", "--lake", lake).returncode == 0
        census("advisories", "import", "logs/advisories", "--lake", lake)
    return census


def _numbers(part: object, path: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(part, dict):
        for key, value in part.items():
            yield from _numbers(value, f"{path}.{key}" if path else str(key))
    else:
        yield path, part


def _differences(census: CensusProcess, *command: str) -> tuple[set[str], dict[str, object]]:
    """Return the paths of numbers that copies change, and the document that has them."""
    once, twice = (
        json.loads(census(*command, "--lake", lake, "--json").stdout) for lake in ("once", "twice")
    )
    before, after = dict(_numbers(once)), dict(_numbers(twice))
    assert before.keys() == after.keys()
    changed = {path for path in before if before[path] != after[path] and after[path] is not None}
    return changed - {"notes", "accounting.likely_copies"}, twice


@pytest.mark.parametrize("command", [["report"], ["exposure", "CENSUS-SIM-2024-0001"], ["exposures"]])
def test_each_number_that_copies_change_has_a_note(lakes: CensusProcess, command: list[str]) -> None:
    """And only these have one."""
    changed, document = _differences(lakes, *command)
    notes = document["notes"]
    assert isinstance(notes, list)
    noted = {each["number"] for each in notes if _SAYS_SO in each["note"]}
    needed = {_NOTES_ON.get(path.split(".")[0], path) for path in changed}
    assert needed
    assert needed - noted == set()
    assert noted - needed <= {"organizations"}  # a population without any


def test_how_many_logs_are_copies(lakes: CensusProcess) -> None:
    """Not how many look alike, with their originals."""
    copies = len([*lakes.folder.glob("copies/*")])
    assert (
        json.loads(lakes("report", "--json", "--lake", "twice").stdout)["accounting"]["likely_copies"]
        == copies
    )
    listed = json.loads(lakes("sources", "--json", "--lake", "twice").stdout)["copies"]
    assert [len(names) for names in listed] == [2] * copies


def test_a_report_with_copies_never_says_at_least(lakes: CensusProcess) -> None:
    """Of downloads, if a day has no log, for the copies may weigh more than the day."""
    for lake, word in (("once", "at least: "), ("twice", "not exact: ")):
        lines = lakes("report", "--lake", lake).stdout
        facts = lines[lines.index("Package downloads") :][:60]
        assert word.strip() in " ".join(facts.split())


@pytest.mark.parametrize(
    "command", [["sql", "select 1"], ["sql", "--views"], ["export", "--condastats", "files"]]
)
def test_commands_without_notes_say_it_in_a_line(lakes: CensusProcess, command: list[str]) -> None:
    """On standard error, or as a comment of the statements; of a lake without copies nothing."""
    for lake, is_told in (("once", False), ("twice", True)):
        done = lakes(*command, "--lake", lake)
        assert done.returncode == 0
        [*told] = (line for line in (done.stdout + done.stderr).splitlines() if _SAYS_SO in line)
        assert len(told) == is_told


def test_a_window_without_copies_does_not_hide_them_from_the_tables(lakes: CensusProcess) -> None:
    """These hold the whole lake, and count a copy of whatever day."""
    logs = sorted(path.name for path in lakes.folder.glob("logs/*.gz"))
    window = ("--until", json.loads(lakes("sources", "--json", "--lake", "once").stdout)["days"][9]["day"])
    assert len(logs) > 28  # copies are of later ones
    done = lakes("sql", *window, "select count(*) from downloads", "--lake", "twice")
    assert _SAYS_SO in done.stderr
    assert _SAYS_SO not in lakes("report", *window, "--lake", "twice").stdout


def test_a_quiet_report_warns_of_what_its_header_says(lakes: CensusProcess) -> None:
    """In lines on standard error, if only files are written: of copies, and of a day without a log."""
    for lake, is_told in (("once", False), ("twice", True)):
        done = lakes("report", "--quiet", "--csv", "tables", "--lake", lake)
        gap, *copies = done.stderr.splitlines()
        assert (done.returncode, done.stdout) == (0, "")
        assert " of 40 days have no log: nothing is known of them; " in gap
        assert [_SAYS_SO in line for line in copies] == [True] * is_told
