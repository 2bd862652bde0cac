"""How much each command says: ``--quiet``, ``--verbose``, and neither; and wrong usage of the days."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.core import TyperCommand, TyperGroup
from typer.testing import CliRunner, Result

from census_support.inputs.small_log import SmallLog
from census_support.lakes.exposed_lake import ADVISORY, exposed_lake
from census_support.oracles.documented import GROUP
from conda_census.cli import app

#: Each command, with arguments with which it does its work in the lake of January.
_CALLS = {
    "ingest": ["january.log"],
    "formats": [],
    "report": ["--html", "report.html"],
    "sources": [],
    "sql": ["SELECT 1 AS one"],
    "compact": [],
    "repair": [],
    "export": ["--condastats", "public"],
    "exposure": [ADVISORY, "--html", "exposure.html"],
    "exposures": [],
    "simulate": ["--installations", "3", "--days", "1", "--out"],
    "advisories import": ["records"],
    "advisories list": [],
    "advisories show": [ADVISORY],
    "advisories names": ["own.toml"],
    "advisories override": ["vex.json"],
    "advisories repodata": ["pkgs"],
}
#: What they print on standard output is what was asked for, also if they are to be quiet.
_ANSWERS = {"formats", "sources", "sql", "exposures", "advisories list", "advisories show"}
_WITH_SINCE = ("report", "sources", "sql", "export")


def _commands(group: TyperGroup, before: tuple[str, ...] = ()) -> Iterator[tuple[str, TyperCommand]]:
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from _commands(command, (*before, name))
        else:
            yield " ".join((*before, name)), command


_COMMANDS = dict(_commands(GROUP))


@pytest.fixture(scope="module")
def january(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a lake of January in which some are exposed."""
    folder = exposed_lake(tmp_path_factory.mktemp("january")).folder
    product = "pkg:conda/urllib3@1.0.0?channel=main"
    statement = {"vulnerability": {"name": "LOW-1"}, "products": [{"@id": product}], "status": "fixed"}
    vex = {"@context": "https://openvex.dev/ns/v0.2.0", "author": "security@example.org"}
    vex |= {"timestamp": "2024-01-30T09:00:00Z", "statements": [statement]}
    (folder / "vex.json").write_text(json.dumps(vex))
    return folder


@pytest.fixture
def there(january: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Run commands in that folder, with its keys."""
    monkeypatch.chdir(january)
    monkeypatch.setenv("HOME", str(january / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    return january


def _run(name: str, *more: str) -> Result:
    arguments = [*name.split(), *_CALLS[name]]
    if name == "simulate":
        arguments.append(f"made-up{''.join(more)}")
    return CliRunner().invoke(app, [*arguments, *more])


@pytest.mark.parametrize(("short", "name"), [("-q", "--quiet"), ("-v", "--verbose")])
@pytest.mark.parametrize("command", ["ingest", "advisories list"])
def test_a_short_name_that_an_option_has_elsewhere(command: str, short: str, name: str) -> None:
    """Wrong usage, with the option that was meant; of any other unknown option nothing is said but that."""
    done = CliRunner().invoke(app, [*command.split(), short])
    assert done.exit_code == 2
    assert f"No such option: {short}: {name} has no short name, write it out\n" in done.output
    assert "No such option: -x\n" in CliRunner().invoke(app, [*command.split(), "-x"]).output


def test_every_command_is_in_the_table() -> None:
    """And takes both options."""
    assert set(_COMMANDS) == set(_CALLS)
    for name, command in _COMMANDS.items():
        options = {option for each in command.params for option in each.opts}
        assert {"--quiet", "--verbose"} <= options, name


@pytest.mark.takes_turns(4)
@pytest.mark.parametrize("name", _CALLS)
def test_how_much_it_says(there: Path, name: str) -> None:
    """Quiet: nothing but answers. By default no line for each file. Verbose: the time that it took."""
    assert there.exists()
    plain, quiet, verbose = _run(name), _run(name, "--quiet"), _run(name, "--verbose")
    for done in (plain, quiet, verbose):
        assert done.exit_code == 0, done.output
    assert quiet.stderr == ""
    assert bool(quiet.stdout) == (name in _ANSWERS)
    assert len(plain.stderr.splitlines()) <= 1
    assert re.search(rf"{name}: \d+\.\d s\n$", verbose.stderr)
    if name in _ANSWERS:
        assert plain.stdout == quiet.stdout == verbose.stdout
    if name in ("report", "exposure"):
        assert plain.stderr.startswith(f"wrote {name}.html: ")
        assert re.search(r"\d+ (installations|, between)|exposed environments \d", plain.stderr)


@pytest.mark.parametrize("name", _CALLS)
def test_to_be_quiet_and_verbose_is_wrong_usage(there: Path, name: str) -> None:
    """Exit code 2 and nothing done."""
    assert there.exists()
    done = _run(name, "--quiet", "--verbose")
    assert done.exit_code == 2
    assert "choose one of the two" in done.stderr


@pytest.mark.parametrize("name", list(_COMMANDS))
def test_days_in_the_wrong_order_are_wrong_usage(there: Path, name: str) -> None:
    """Of each command that takes both a first and a last day."""
    assert there.exists()
    options = {option for each in _COMMANDS[name].params for option in each.opts}
    assert (name in _WITH_SINCE) == ({"--since", "--until"} <= options)
    if name not in _WITH_SINCE:
        return
    done = _run(name, "--since", "2024-01-05", "--until", "2024-01-04")
    assert done.exit_code == 2
    assert "the first day is after the last one" in done.stderr
    assert _run(name, "--since", "2024-01-05", "--until", "2024-01-05").exit_code == 0


@pytest.mark.takes_turns(5, among="the longest")
def test_many_files_are_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 30 logs, and of 30 files that are none: the first ten, and how many more there are."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "logs").mkdir()
    for number in range(30):
        SmallLog().request(session=f"s{number}", client="ada").write(tmp_path / "logs" / f"{number}.log")
    done = CliRunner().invoke(app, ["ingest", "logs"])
    assert (done.exit_code, done.stderr.count("\n")) == (0, 1)
    assert done.stderr.startswith("30 files read, 0 skipped, 0 failed: 30 lines = 30 requests")
    for number in range(30):
        (tmp_path / "logs" / f"{number}.txt").write_text(f"no log {number}\n")
    done = CliRunner().invoke(app, ["ingest", "logs"])
    assert done.stderr.count("\n") == 12
    assert "20 more errors: --verbose prints all of them" in done.stderr


def test_json_is_there_if_it_is_quiet(there: Path) -> None:
    """It was asked for."""
    assert there.exists()
    done = CliRunner().invoke(app, ["ingest", "january.log", "--json", "--quiet"])
    assert (json.loads(done.stdout)["sources"]["skipped"], done.stderr) == (1, "")


def test_a_quiet_monitor_says_only_what_is_missing(there: Path, tmp_path: Path) -> None:
    """``sources --strict --quiet`` is one line if a day has no log, and else nothing."""
    assert there.exists()
    done = CliRunner().invoke(app, ["sources", "--strict", "--quiet"])
    assert (done.exit_code, done.output) == (0, "")
    arguments = ["sources", "--strict", "--quiet", "--until", "2024-01-26"]
    done = CliRunner().invoke(app, arguments)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "1 day has no log: 2024-01-26" in done.stderr
    assert tmp_path.exists()
