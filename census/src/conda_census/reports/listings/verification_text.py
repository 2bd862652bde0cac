"""Output of ``conda-census sources --verify``, as JSON and as plain lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TypedDict

from conda_census.errors import one_line
from conda_census.ingest.verification.log_verification import STATES, Difference, State, Verified
from conda_census.lake.checks.file_verification import FilesVerified, LakeFile
from conda_census.logs.sources.files import name_as_text
from conda_census.reports.render.numbers import plain

__all__ = ["Verification", "verification", "verification_lines", "what_is_wrong"]


class DifferenceJson(TypedDict):
    """A count or a time that changed; times are UTC, in ISO 8601."""

    what: str
    lake: int | str | None
    log: int | str | None


class VerifiedJson(TypedDict):
    """A reading of a log and its outcome; ``file`` is what was read now, null if nothing was."""

    source: str
    file: str | None
    batch: str
    first_line: int
    state: State
    reason: str
    differences: list[DifferenceJson]


class LakeFileJson(TypedDict):
    """A file of rows of one UTC day; ``batch`` is empty if a compaction wrote it.

    ``reason`` says why it is not checked, or what to do if it is damaged.
    """

    table: str
    day: str
    file: str
    batch: str
    reason: str


class LakeJson(TypedDict):
    """Files of the lake: the number of intact ones, the damaged ones, and those that cannot be checked."""

    whole: int
    damaged: list[LakeFileJson]
    not_checked: list[LakeFileJson]
    problems: list[str]


class Verification(TypedDict):
    """Answer of ``conda-census sources --verify``; its keys are a public interface."""

    states: dict[State, int]
    readings: list[VerifiedJson]
    lake: LakeJson


_WHAT_TO_DO = "run conda-census repair"


def verification(verified: Iterable[Verified], files: FilesVerified) -> Verification:
    """Count the readings in each state, list them, and give the state of the files of the lake."""
    readings = [_verified(each) for each in verified]
    return Verification(
        states={state: sum(each["state"] == state for each in readings) for state in STATES},
        readings=readings,
        lake=LakeJson(
            whole=files.whole,
            damaged=[_file(each) for each in files.damaged],
            not_checked=[_file(each) for each in files.not_checked],
            problems=[one_line(f"{each}: {_WHAT_TO_DO}") for each in files.problems],
        ),
    )


def verification_lines(document: Verification, lake: Path) -> Iterator[str]:
    """Yield one tab-separated line for each reading: its state, its log, and why or what differs.

    The same follows for each file of the lake that is not known to be intact, and the number in each state.
    """
    for each in document["readings"]:
        differences = (
            f"{one['what']}: {one['lake']} in the lake, {one['log']} in the log"
            for one in each["differences"]
        )
        log = each["source"]
        if each["file"] not in {None, log}:
            log += f", now {each['file']}"
        if each["first_line"] > 1:
            log += f", from line {each['first_line']} on"
        yield "\t".join((each["state"], plain(log), plain(each["reason"] or "; ".join(differences) or "-")))
    files = document["lake"]
    for each_file in files["damaged"]:
        what = f"a file of {each_file['day']} is not as it was: {each_file['reason']}"
        yield _file_line("damaged", lake, each_file, what)
    for problem in files["problems"]:
        yield "\t".join(("damaged", plain(str(lake)), plain(problem)))
    for each_file in files["not_checked"]:
        yield _file_line("not_checked", lake, each_file, each_file["reason"])
    yield (
        f"files of the lake: {files['whole']} whole, {len(files['damaged'])} damaged, "
        f"{len(files['not_checked'])} not checked"
    )
    yield ", ".join(f"{number} {state}" for state, number in document["states"].items())


def what_is_wrong(document: Verification, lake: Path) -> list[str]:
    """Return what is damaged or differs, and what to do, one line for each; nothing if all is in order."""
    damaged, problems = document["lake"]["damaged"], document["lake"]["problems"]
    differing = [each["source"] for each in document["readings"] if each["state"] == "differs"]
    sentences = []
    if damaged or problems:
        first = f"{damaged[0]['table']}/{damaged[0]['file']}" if damaged else problems[0]
        more = len(damaged) + len(problems) - 1
        first = first.removesuffix(f": {_WHAT_TO_DO}") + (f", and {more} more" if more else "")
        sentences.append(f"{lake}: damaged: {first}: {_WHAT_TO_DO} while the logs are there")
    if differing:
        more = len(differing) - 1
        sentences.append(
            f"{differing[0]}{f' and {more} more' if more else ''}: counts otherwise now than when it was "
            "read: if its format or the census has changed since, take it out with conda-census sources "
            "--forget, and ingest it again"
        )
    return sentences


def _file_line(state: str, lake: Path, file: LakeFileJson, what: str) -> str:
    return "\t".join((state, plain(str(lake / file["table"] / file["file"])), plain(what)))


def _file(file: LakeFile) -> LakeFileJson:
    return LakeFileJson(
        table=file.table,
        day=file.day.isoformat(),
        file=file.file,
        batch=file.batch,
        reason=file.reason or _WHAT_TO_DO,
    )


def _verified(verified: Verified) -> VerifiedJson:
    return VerifiedJson(
        source=verified.recorded.source,
        file=one_line(name_as_text(str(verified.file))) if verified.file else None,
        batch=verified.recorded.batch,
        first_line=verified.recorded.first_line,
        state=verified.state,
        reason=verified.reason,
        differences=[_difference(each) for each in verified.differences],
    )


def _difference(difference: Difference) -> DifferenceJson:
    return DifferenceJson(what=difference.what, lake=_json(difference.lake), log=_json(difference.log))


def _json(value: int | datetime | None) -> int | str | None:
    return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}" if isinstance(value, datetime) else value
