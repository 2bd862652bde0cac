"""An environment that is activated and requests nothing from a channel."""

import re
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from deltalake import DeltaTable

from e2e import census_command
from e2e.access_log import Line, read_log
from e2e.figures import figure_in
from e2e.scenario import CHANNEL
from e2e.small_world import SmallWorld, small_world

SCRIPT = re.compile(r"`(etc/conda/activate\.d/\S+\.sh)`:\s+^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGE = Path(__file__).parents[1] / "docs" / "how-to" / "heartbeats.md"
ASKED_FOR = f"/{CHANNEL}/noarch/activate-0.0.0-0.conda"
DEADLINE_S = 60.0
POLL_S = 0.02


@dataclass(frozen=True)
class Activated:
    """What was logged before an activation, and in its course; the log; and the environment's token."""

    before: tuple[Line, ...]
    after: tuple[Line, ...]
    access_log: Path
    environment_token: str


@pytest.fixture(scope="module")
def activated(tmp_path_factory: pytest.TempPathFactory) -> Activated:
    """An environment is made, gets the script of the documentation, and is activated in a shell."""
    with small_world(tmp_path_factory.mktemp("heartbeat")) as world:
        conda = world.installation.conda
        conda("create", "--name", "work", "acme-core")
        conda("config", "--set", "anaconda_heartbeat", "true")
        prefix = world.installation.root_prefix / "envs" / "work"
        ((place, script),) = SCRIPT.findall(PAGE.read_text(encoding="utf-8"))
        (prefix / place).parent.mkdir(parents=True)
        (prefix / place).write_text(script, encoding="utf-8")
        before = read_log(world.server.access_log)
        _activate(world, prefix)
        _wait_for_more(world.server.access_log, len(before))
        log = world.server.access_log
    token = (prefix / "etc" / "aau_token").read_text(encoding="utf-8").splitlines()[0]
    return Activated(before, read_log(log)[len(before) :], log, token)


def _activate(world: SmallWorld, prefix: Path) -> None:
    """Do what ``conda activate`` does in a shell."""
    conda = world.installation.root_prefix / "bin" / "conda"
    conda.write_text(f'#!/bin/sh\nexec "{conda.with_name("python")}" -m conda "$@"\n', encoding="utf-8")
    conda.chmod(0o755)
    activation = world.installation.conda("shell.posix", "activate", str(prefix), trace=False).stdout
    subprocess.run(
        ["sh", "-eu", "-c", f'PS1=""\n{activation}'],
        env=world.installation.environment_variables(),
        timeout=DEADLINE_S,
        check=True,
    )


def _wait_for_more(log: Path, lines: int) -> None:
    """Wait until nginx has logged another request; the shell that has caused it is long gone."""
    deadline = time.monotonic() + DEADLINE_S
    while len(read_log(log)) <= lines:
        assert time.monotonic() < deadline, "no heartbeat"
        time.sleep(POLL_S)


@pytest.mark.takes_turns(5, among="the longest")
def test_the_heartbeat_is_one_head_request_with_the_tokens(activated: Activated) -> None:
    """Of the installation and the environment that the log knows already, in a session of its own."""
    (line,) = activated.after
    assert (line.method, line.path, line.status) == ("HEAD", ASKED_FOR, 404)
    (client,) = {seen.token("c") for seen in activated.before}
    assert client
    assert (line.token("c"), line.token("e")) == (client, activated.environment_token)
    assert line.token("s") not in {seen.token("s") for seen in activated.before} | {None}


@pytest.mark.takes_turns(5, among="the longest")
def test_the_census_counts_it_as_a_heartbeat(activated: Activated, tmp_path: Path) -> None:
    """One session has one heartbeat, and no download or environment more than there were."""
    lake = tmp_path / "lake"
    census_command.ingest(activated.access_log, lake)
    sessions = DeltaTable(str(lake / "sessions")).to_pyarrow_table().to_pylist()
    (heartbeat,) = [session for session in sessions if session["heartbeats"]]
    assert (heartbeat["heartbeats"], heartbeat["requests"], heartbeat["downloads"]) == (1, 1, 0)
    assert {session["environment"] for session in sessions} == {heartbeat["environment"]}
    report = census_command.report(lake)
    packages = [line for line in activated.before if line.path.endswith((".conda", ".tar.bz2"))]
    assert figure_in(report, "downloads.total") == len(packages)
    assert figure_in(report, "environments.total") == 1
