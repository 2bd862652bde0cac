"""Commands, units, objects, settings and messages of the how-to guides: each exists and is understood."""

from __future__ import annotations

import ast
import configparser
import functools
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.core import TyperGroup

import conda_census
from census_support.oracles.documented import GROUP, blocks, commands_in_shell, parse
from conda_census.config import Settings
from conda_census.engines.choice import is_engine
from conda_census.logs.formats import formats
from conda_census.settings_file import read_census_toml
from e2e.programs import require

ROOT = Path(__file__).parents[3]
HOW_TO = ROOT / "docs" / "how-to"
TEXT = "\n".join(page.read_text() for page in sorted(HOW_TO.rglob("*.md")))
SYSTEMD = (HOW_TO / "systemd.md").read_text()
SOURCES = [path.read_text() for path in sorted(Path(conda_census.__file__).parent.rglob("*.py"))]


def _objects() -> list[dict[str, Any]]:
    return [each for block in blocks(TEXT, "yaml") for each in yaml.safe_load_all(block)]


def _units() -> list[configparser.ConfigParser]:
    units = []
    for block in blocks(TEXT, "ini"):
        unit = configparser.ConfigParser(strict=False, interpolation=None)
        unit.optionxform = str  # type: ignore[assignment,method-assign]
        unit.read_string(block)
        units.append(unit)
    return units


def _containers() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each container, and the pod that it is in."""
    for each in _objects():
        if each["kind"] == "CronJob":
            pod = each["spec"]["jobTemplate"]["spec"]["template"]["spec"]
            yield from ((container, pod) for container in pod["containers"])


def _commands() -> list[list[str]]:
    """The arguments of each call of the census: in shell, in the text, in a unit, in a container."""
    # One that may fail has a dash before it, and a unit may have several.
    started = re.findall(r"^ExecStart(?:Pre)?=-?(.*)$", "\n".join(blocks(TEXT, "ini")), re.MULTILINE)
    called = [*commands_in_shell(TEXT), *(shlex.split(line)[1:] for line in started)]
    return called + [container["args"] for container, _pod in _containers()]


@pytest.mark.parametrize("arguments", _commands(), ids=" ".join)
def test_a_command_is_one_that_the_census_takes(arguments: list[str]) -> None:
    """Its own parser takes the arguments, up to where it would run; a command may be named without any."""
    if len(arguments) > 1:
        parse(arguments)


def test_there_are_commands_in_it() -> None:
    """Nearly every command of the census, and the units and containers among them."""
    assert (
        set(GROUP.commands) - {"demo"} <= {arguments[0] for arguments in _commands()} <= set(GROUP.commands)
    )
    assert len(list(_containers())) == 3
    assert len(_units()) == 8


def test_options_and_variables_that_the_text_names() -> None:
    """Also outside of commands: an option is one of some command, a variable is read by the census."""
    groups = [GROUP, *(each for each in GROUP.commands.values() if isinstance(each, TyperGroup))]
    parameters = [each for group in groups for command in group.commands.values() for each in command.params]
    known = {option for each in parameters for option in each.opts}
    assert set(re.findall(r"`(--[a-z-]+)", TEXT)) <= known
    variables = set(re.findall(r"\bCENSUS_[A-Z]+", TEXT))
    assert variables == {"CENSUS_CONFIG", "CENSUS_LAKE", "CENSUS_ENGINE"}
    assert all(any(f'"{variable}"' in source for source in SOURCES) for variable in variables)


@pytest.mark.parametrize("block", blocks(TEXT, "toml"))
def test_what_stands_for_census_toml_is_understood(block: str, tmp_path: Path) -> None:
    """Every key, and every format in it."""
    file = tmp_path / "census.toml"
    file.write_text(block)
    said = read_census_toml(file)
    assert said.formats or said.lake or is_engine(str(said.engine))
    known = formats(Settings(tmp_path / "lake", tmp_path, "main", said.formats))
    assert {table.name for table in said.formats} <= set(known)


def test_units_are_whole() -> None:
    """A service runs the census as its user and can write the lake and, to ingest, the keys."""
    for unit in _units():
        assert unit["Unit"]["Description"]
        if "Timer" in unit:
            assert unit["Timer"]["OnCalendar"]
            assert unit["Install"]["WantedBy"] == "timers.target"
            continue
        service = unit["Service"]
        assert (service["Type"], service["User"]) == ("oneshot", "census")
        written = {f"/var/lib/{name}" for name in service["StateDirectory"].split()}
        assert "/var/lib/conda-census" in written
        if "ingest" in service["ExecStart"]:
            assert "/var/lib/conda-census-keys" in written


#: The names of the units, in the order of the text.
_UNIT_NAMES = (
    "conda-census.service",
    "conda-census.timer",
    "conda-census-compact.service",
    "conda-census-compact.timer",
    "conda-census-report.service",
    "conda-census-report.timer",
)


def _systemd_root(folder: Path) -> Path:
    """Return a root with the units where the text puts them, and what they start."""
    units = folder / "etc" / "systemd" / "system"
    units.mkdir(parents=True)
    for name, block in zip(_UNIT_NAMES, blocks(SYSTEMD, "ini"), strict=True):
        (units / name).write_text(block)
    of_system = folder / "usr" / "lib" / "systemd" / "system"
    of_system.mkdir(parents=True)
    for unit in Path("/usr/lib/systemd/system").glob("*.target"):
        (of_system / unit.name).write_text(unit.read_text())
    program = folder / "opt" / "conda-census" / "bin" / "conda-census"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return units


def test_systemd_takes_the_units_as_they_stand(tmp_path: Path) -> None:
    """Its own checker finds no mistake in them, and calls each service well protected: below 3 of 10."""
    analyze = require("systemd-analyze", "systemd")
    units = _systemd_root(tmp_path)
    for name in _UNIT_NAMES:
        verified = subprocess.run(
            [analyze, "verify", f"--root={tmp_path}", "--man=no", f"/etc/systemd/system/{name}"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        of_units = [line for line in verified.stderr.splitlines() if "conda-census" in line]
        assert of_units == [], name
    services = [name for name in _UNIT_NAMES if name.endswith(".service")]
    for name in services:
        scored = subprocess.run(
            [analyze, "security", "--offline=true", "--threshold=30", "--no-pager", units / name],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        level = re.search(r"Overall exposure level for .*: ([0-9.]+)", scored.stdout)
        assert level, scored.stdout + scored.stderr
        assert float(level[1]) < 3, scored.stdout


def test_nginx_takes_the_page_with_its_access_control(tmp_path: Path) -> None:
    """The location as it stands in a server of nginx; who has neither address nor password sees nothing."""
    nginx = require("nginx", "nginx")
    [location] = blocks(TEXT, "nginx")
    configuration = tmp_path / "nginx.conf"
    configuration.write_text(f"events {{}}\nhttp {{ server {{ listen 127.0.0.1:8089; {location} }} }}\n")
    done = subprocess.run(
        [nginx, "-t", "-q", "-p", tmp_path, "-c", configuration, "-g", f"pid {tmp_path}/pid;"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "deny all;" in location
    assert "auth_basic_user_file" in location


def test_objects_of_kubernetes_are_whole() -> None:
    """A container mounts volumes of its pod, each claim is there, and no job runs twice at once."""
    claims = {each["metadata"]["name"] for each in _objects() if each["kind"] == "PersistentVolumeClaim"}
    jobs = [each for each in _objects() if each["kind"] == "CronJob"]
    assert {each["apiVersion"] for each in jobs} == {"batch/v1"}
    for job in jobs:
        assert len(job["spec"]["schedule"].split()) == 5
        assert job["spec"]["concurrencyPolicy"] == "Forbid"
    for container, pod in _containers():
        volumes = {volume["name"]: volume for volume in pod["volumes"]}
        mounted = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
        assert set(mounted) == set(volumes)
        assert {
            volume["persistentVolumeClaim"]["claimName"]
            for volume in volumes.values()
            if "persistentVolumeClaim" in volume
        } == claims
        for variable in container["env"]:
            assert any(variable["value"].startswith(f"{path}/") for path in mounted.values())


@functools.cache
def _messages() -> list[str]:
    """Every text in the source, with … for what is put into it."""
    texts = []
    for source in SOURCES:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.JoinedStr):
                texts.append(
                    "".join(
                        str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values
                    )
                )
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.append(node.value)
    return texts


@pytest.mark.parametrize("message", re.findall(r"^\| `([^`]+)` \| [^|]+ \| [^|]+ \|$", TEXT, re.MULTILINE))
def test_a_message_is_one_that_the_census_prints(message: str) -> None:
    """The table of messages has the words that a person will see."""
    pattern = re.compile(".*?".join(map(re.escape, message.split("…"))))
    assert any(pattern.search(text) for text in _messages())
