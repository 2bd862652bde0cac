"""A host without a configured channel, on the machine that has the channels."""

from pathlib import Path

import pytest

from e2e.access_log import Line, read_log
from e2e.conda_client import CommandResult
from e2e.scenario import CHANNEL, PACKAGES
from e2e.small_world import small_world
from e2e.web_server import MOVED

REDIRECT = 302
(DATA,) = (package for package in PACKAGES if package.name == "acme-data")


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> tuple[tuple[Line, ...], tuple[Line, ...], str]:
    """What was logged at the channels' host and at the foreign one; and conda's plain user agent."""
    with small_world(tmp_path_factory.mktemp("foreign")) as world:
        conda, url = world.installation.conda, world.server.foreign_url
        results = [
            conda(
                "create",
                "--name",
                "one",
                "--override-channels",
                "--channel",
                moved(world.server.url),
                "acme-core",
            ),
            conda("install", "--name", "one", f"{url}/{CHANNEL}/{DATA.subdir}/{DATA.file_name}"),
            conda("install", "--name", "one", "acme-plot"),
        ]
        (plain,) = plain_user_agent(conda("--no-plugins", "info", trace=False))
        server = world.server
    own, foreign = read_log(server.access_log), read_log(server.foreign_log)
    assert len(own) + len(foreign) == sum(len(result.requests) for result in results)
    return own, foreign, plain


def moved(url: str) -> str:
    """The URL of a channel whose host sends everybody on to the foreign host."""
    return f"{url}{MOVED}/{CHANNEL}"


def plain_user_agent(result: CommandResult) -> list[str]:
    """What conda says that it sends without plug-ins."""
    mark = "user-agent : "
    return [line.split(mark)[1] for line in result.stdout.splitlines() if mark in line]


@pytest.mark.takes_turns(5, among="the longest")
def test_the_foreign_host_gets_condas_plain_user_agent(
    logs: tuple[tuple[Line, ...], tuple[Line, ...], str],
) -> None:
    """Each of its requests: not a token, not even the plug-in's version."""
    _, foreign, plain = logs
    assert {line.agent for line in foreign} == {plain}
    assert " aau/" not in plain


def test_the_host_of_channels_gets_the_tokens(logs: tuple[tuple[Line, ...], tuple[Line, ...], str]) -> None:
    """Each of its requests, also those that it answers with a redirect: one installation, one environment."""
    own, _, _ = logs
    assert {line.status for line in own} >= {200, REDIRECT}
    assert len({line.token("c") for line in own}) == len({line.token("e") for line in own}) == 1
    assert all(line.token(prefix) for line in own for prefix in "cse")


def test_the_foreign_host_was_asked_in_every_way(
    logs: tuple[tuple[Line, ...], tuple[Line, ...], str],
) -> None:
    """As what a channel's index and its packages are redirected to, and as a URL in the command."""
    own, foreign, _ = logs
    redirected = [line.path.removeprefix(MOVED) for line in own if line.status == REDIRECT]
    named = f"/{CHANNEL}/{DATA.subdir}/{DATA.file_name}"
    paths = [line.path for line in foreign]
    assert named in paths
    assert set(redirected) | {named} == set(paths)
    assert any("repodata.json" in path for path in redirected)
    assert any("/acme-core-" in path for path in redirected)
    assert any(Path(line.path).name.startswith("acme-plot-") for line in own if line.status != REDIRECT)
