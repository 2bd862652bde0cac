"""What does an installer with the plug-in preset, and what can a user still change?"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from conftest import Channel, Conda

FOLDER = Path(__file__).parents[1] / "installer"
CONSTRUCT: dict[str, Any] = yaml.safe_load((FOLDER / "construct.yaml").read_text(encoding="utf-8"))
README = (FOLDER / "README.md").read_text(encoding="utf-8")
#: The words of constructor's manual that are used here: whether it needs each, and what it takes behind it.
WORDS = {
    "name": (True, str),
    "version": (True, str),
    "company": (False, str),
    "channels": (False, list),
    "specs": (False, list),
    "condarc": (False, (str, dict)),
    "extra_files": (False, list),
}
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
#: Each example of the README by the heading above it.
PRESETS = dict(
    re.findall(r"^##+ ([^\n]+)\n(?:(?!^#).)*?^```yaml\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
)
ORGANISATION = PRESETS.pop("Preset the organisation")
SETTING, HOSTS, HEARTBEAT = "anaconda_anon_usage", "anaconda_anon_usage_hosts", "anaconda_heartbeat"
#: What the README shows to be typed, but for constructor itself.
TYPED = {"anaconda-anon-usage random", "conda anon-usage status", "conda anon-usage preview"}


def _install(conda: Conda, channel: Channel, lines: str) -> None:
    """Lay out the base environment as constructor's installer does; the user has no condarc yet."""
    condarc = CONSTRUCT["condarc"] + lines
    (conda.root / ".condarc").write_text(condarc.replace(CONSTRUCT["channels"][0], channel.url))
    conda.condarc.unlink()


def _status(conda: Conda, **variables: str) -> dict[str, Any]:
    status: dict[str, Any] = json.loads(conda("anon-usage", "status", "--json", **variables).stdout)
    return status


def _errors(construct: dict[str, Any]) -> list[str]:
    missing = [word for word, (is_needed, _) in WORDS.items() if is_needed and word not in construct]
    unknown = [word for word in construct if word not in WORDS]
    wrong = [
        word for word, value in construct.items() if not isinstance(value, WORDS.get(word, (0, object))[1])
    ]
    return missing + unknown + wrong


def test_constructor_understands_the_input() -> None:
    """It has what constructor's manual asks for, and no other word. constructor itself was not run."""
    assert _errors(CONSTRUCT) == []
    assert _errors({**CONSTRUCT, "spec": []}) == ["spec"]
    assert _errors({**CONSTRUCT, "specs": "python"}) == ["specs"]


def test_conda_does_not_depend_on_the_plug_in() -> None:
    """Both are asked for, each for its own sake; nothing is said of their dependencies."""
    names = [specification.split(" ")[0] for specification in CONSTRUCT["specs"]]
    assert names == ["python", "conda", "anaconda-anon-usage"]


@pytest.mark.parametrize("lines", [*PRESETS.values(), ORGANISATION], ids=[*PRESETS, "organisation"])
def test_each_example_fits_into_the_input(lines: str) -> None:
    """As lines of the condarc, which keeps its comments, or as lines of the input itself."""
    if lines == ORGANISATION:
        construct = {**CONSTRUCT, **yaml.safe_load(lines)}
    else:
        construct = {**CONSTRUCT, "condarc": CONSTRUCT["condarc"] + lines}
        assert yaml.safe_load(construct["condarc"]).keys() > yaml.safe_load(CONSTRUCT["condarc"]).keys()
    assert _errors(construct) == []


@pytest.mark.takes_turns(5, among="the longest")
def test_without_a_preset_the_user_alone_chooses(conda: Conda, channel: Channel) -> None:
    """Sharing is on by default, off and on again as the user says; all channels are the installer's."""
    _install(conda, channel, "")
    assert _status(conda)["decided_by"] == "default"
    assert json.loads(conda("anon-usage", "preview", "--json").stdout)[0]["channel"] == channel.url
    for word, sharing in (("off", False), ("on", True)):
        conda("config", "--set", SETTING, word)
        assert _status(conda)["sharing"] is sharing


@pytest.mark.takes_turns(5, among="the longest")
@pytest.mark.parametrize(
    ("heading", "word", "before", "after"),
    [
        ("Off, until a user turns it on", "on", False, True),
        ("Off, and it stays off", "on", False, False),
        ("On, and the condarc cannot turn it off", "off", True, True),
    ],
)
def test_the_choice(
    conda: Conda, channel: Channel, heading: str, word: str, *, before: bool, after: bool
) -> None:
    """What is preset counts until the user says otherwise; with ``#!final`` also then, and for a variable."""
    _install(conda, channel, PRESETS[heading])
    preset = str(conda.root / ".condarc")
    status = _status(conda)
    assert (status["sharing"], status["where"]) == (before, preset)
    assert _status(conda, CONDA_ANACONDA_ANON_USAGE=word)["sharing"] is after
    conda("config", "--set", SETTING, word)
    status = _status(conda)
    assert (status["sharing"], status["where"]) == (after, preset if before == after else str(conda.condarc))
    assert _status(conda, DO_NOT_TRACK="1")["sharing"] is False


@pytest.mark.takes_turns(5, among="the longest")
@pytest.mark.parametrize(
    ("heading", "after"),
    [
        ("Narrowed to your own hosts", ["other.example.org", "repo.example.org"]),
        ("Narrowed to your own hosts, and it stays so", ["repo.example.org"]),
    ],
)
def test_the_hosts(conda: Conda, channel: Channel, heading: str, after: list[str]) -> None:
    """A channel elsewhere gets no token; a user's list is added to it, but for ``#!final``."""
    _install(conda, channel, PRESETS[heading])
    assert _status(conda)["hosts"] == ["repo.example.org"]
    assert " aau/" not in conda("anon-usage", "preview").stdout
    conda("config", "--append", HOSTS, "other.example.org")
    assert sorted(_status(conda)["hosts"]) == after


@pytest.mark.takes_turns(5, among="the longest")
def test_the_heartbeat(conda: Conda, channel: Channel) -> None:
    """It is on, and the user may turn it off."""
    _install(conda, channel, PRESETS["With a heartbeat"])
    assert _status(conda)["heartbeat"] is True
    conda("anon-usage", "heartbeat")
    assert [request.path for request in channel.new_requests()] == ["/noarch/activate-0.0.0-0.conda"]
    conda("config", "--set", HEARTBEAT, "false")
    conda("anon-usage", "heartbeat")
    assert channel.new_requests() == []


def test_each_preset_is_tested() -> None:
    """No example stands in the README that no test lays out."""
    marks = [*test_the_choice.pytestmark, *test_the_hosts.pytestmark]  # type: ignore[attr-defined]
    cases = [case for mark in marks if mark.name == "parametrize" for case in mark.args[1]]
    tested = {case[0] for case in cases} | {"With a heartbeat"}
    assert set(PRESETS) == tested
    assert len(PRESETS) + 1 == sum(language == "yaml" for language, _ in BLOCKS)


@pytest.mark.takes_turns(5, among="the longest")
def test_the_organisation(conda: Conda, channel: Channel, tmp_path: Path) -> None:
    """The installer's files add their tokens to each request; a user can add to them, or send none."""
    _install(conda, channel, "")
    for pair in yaml.safe_load(ORGANISATION)["extra_files"]:
        ((source, target),) = pair.items()
        (tmp_path / source).write_text(f"acme-{source[0]}\n")
        shutil.copy(tmp_path / source, conda.root / target)
    conda("search", "tiny")
    assert {request.suffix[-len(" i/acme-i o/acme-o") :] for request in channel.new_requests()} == {
        " i/acme-i o/acme-o"
    }
    (conda.home / ".conda" / "org_token").write_text("mine\n")
    assert conda("anon-usage", "preview").stdout.endswith(" i/acme-i o/acme-o o/mine\n")
    conda("config", "--set", SETTING, "off")
    assert "/acme" not in conda("anon-usage", "preview").stdout


def test_the_folder_of_the_machines_token_is_one_of_condas(conda: Conda) -> None:
    """The test cannot write there; conda looks for a condarc there, and so does the plug-in for a token."""
    assert "`/etc/conda/machine_token`" in README
    printed = conda.python("from conda.base.constants import SEARCH_PATH; print(*SEARCH_PATH, sep='\\n')")
    assert "/etc/conda/.condarc" in printed.splitlines()


@pytest.mark.takes_turns(5, among="the longest")
def test_the_commands_are_those_that_there_are(conda: Conda, channel: Channel) -> None:
    """Each one that the README shows succeeds; constructor itself is a conda package and cannot run here."""
    shown = {line for language, block in BLOCKS if not language for line in block.splitlines()}
    assert shown - TYPED == {"constructor client/installer"}
    _install(conda, channel, "")
    for command in TYPED:
        program, *arguments = command.split(" ")
        assert program.endswith("anon-usage") or arguments.pop(0) == "anon-usage"
        assert conda("anon-usage", *arguments).stdout


def test_the_table_names_each_preset() -> None:
    """What can be set, and what a user can do about it."""
    table = README.partition("## What a user can still change")[2]
    for name in (SETTING, f"{SETTING}: true  #!final", HOSTS, HEARTBEAT, "org_token", "machine_token"):
        assert f"`{name}" in table
