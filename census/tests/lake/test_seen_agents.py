"""Is it told if the user agents of a log are cut short, or have something else for blanks?"""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest

from census_support.inputs.small_log import SmallLog, token
from census_support.processes.census_process import CensusProcess
from conda_census.ingest.log_faults.agent_faults import (
    CUT_SHORT_AGENTS,
    MOST_CLIENTS,
    NO_AGENTS,
    NO_LATER_AGENTS,
    RUN_TOGETHER_AGENTS,
    SeenAgents,
)

_WHOLE = [
    f"conda/24.{minor}.1 requests/2.{minor}.3 CPython/3.{minor}.{patch} Linux/6.1.0-{build}-amd64 debian/12 "
    f"glibc/2.36 solver/libmamba conda-libmamba-solver/24.{minor}.0 libmambapy/1.5.{patch}"
    for minor in (7, 9, 11)
    for patch in (1, 12)
    for build in (8, 19, 101)
]
_SHARED = [f"{agent} aau/0.4.4 c/{token(f'c{number}')}" for number, agent in enumerate(_WHOLE)]
_CASES = {
    "whole": (_WHOLE, None),
    "shared": (_SHARED, None),
    "of one length": ([_WHOLE[0].replace("6.1.0-8", f"6.1.0-{number}") for number in range(10, 60)], None),
    "encoded": ([agent.replace(" ", "%20") for agent in _SHARED], None),
    "with underscores": ([agent.replace(" ", "_") for agent in _SHARED], RUN_TOGETHER_AGENTS),
    "with commas": ([agent.replace(" ", ",") for agent in _SHARED], RUN_TOGETHER_AGENTS),
    "some with underscores": (
        [*_SHARED * 4, *(agent.replace(" ", "_") for agent in _SHARED[:5])],
        RUN_TOGETHER_AGENTS,
    ),
    "one in four with underscores": (
        [text if number % 4 else text.replace(" ", "_") for number, text in enumerate(_SHARED, 1)],
        RUN_TOGETHER_AGENTS,
    ),
    "one with underscores": ([*_SHARED, _SHARED[0].replace(" ", "_")], None),
    "some cut": ([*_SHARED * 4, *(text[:100] for text in _SHARED[:8])], CUT_SHORT_AGENTS),
    "some cut in a token": ([*_SHARED * 4, *(text[:-2] for text in _SHARED[:8])], CUT_SHORT_AGENTS),
    "one odd program": (
        [*_SHARED, *["conda/24.7.1 of a program of our own that has a long name and no more"] * 9],
        None,
    ),
    **{f"cut at {end}": ([text[:end] for text in _SHARED], CUT_SHORT_AGENTS) for end in (64, 80, 100, 128)},
    "cut, and blanks taken off": ([text[:100].strip() for text in _SHARED], CUT_SHORT_AGENTS),
    "encoded and cut": ([agent.replace(" ", "%20")[:128] for agent in _SHARED], CUT_SHORT_AGENTS),
    "cut in a token": ([text[:-3] for text in _SHARED], CUT_SHORT_AGENTS),
    "cut behind a token": ([f"{text} s/{token('s')}"[:-25] for text in _SHARED], None),
    "few and cut": ([_SHARED[0][:64]], None),
    "old ones": (["conda/4.3.30", "conda/24.7.1+abc"], None),
    "others": (["curl/8.5.0", "Mozilla/5.0_(X11;_Linux)_Gecko/20100101_Firefox/120.0"], None),
    "none": (["-", ""], NO_AGENTS),
}


@pytest.mark.parametrize("name", _CASES)
def test_what_hides_the_tokens_is_told(name: str) -> None:
    """Whether the agents come at once or one by one."""
    agents, fault = _CASES[name]
    at_once, one_by_one = SeenAgents(), SeenAgents()
    at_once.look(pa.array(agents).dictionary_encode(), count_clients=True)
    for agent in agents:
        one_by_one.look(pa.array([agent]).dictionary_encode(), count_clients=True)
    assert at_once.fault() == one_by_one.fault() == fault


@pytest.mark.parametrize(
    ("last", "fault"),
    [
        ([agent.replace(" ", "_") for agent in _SHARED], RUN_TOGETHER_AGENTS),
        ([agent[:90] for agent in _SHARED], CUT_SHORT_AGENTS),
        (["-"] * 30, NO_LATER_AGENTS),
        (_SHARED, None),
    ],
)
def test_the_end_of_a_long_log_is_looked_at(last: list[str], fault: str | None) -> None:
    """However long it is: what a server logs may change in the midst of it."""
    seen, whole = SeenAgents(), pa.array(_SHARED * 300).dictionary_encode()
    for _ in range(20):
        seen.look(whole, count_clients=False)
    seen.look(pa.array(last * 2).dictionary_encode(), count_clients=False)
    assert seen.fault() == fault


def test_clients_are_counted_as_far_as_it_matters() -> None:
    """Memory does not grow with a log."""
    seen = SeenAgents()
    for number in range(3 * MOST_CLIENTS):
        agent = f"{_WHOLE[0]} aau/0.4.4 c/{token(f'c{number // 2}')} s/{token('s')}"
        seen.look(pa.array([agent]).dictionary_encode(), count_clients=number != 1)
        assert len(seen.clients) == min(number // 2 + 1, MOST_CLIENTS)


@pytest.mark.parametrize(
    ("name", "fault"),
    [("with underscores", RUN_TOGETHER_AGENTS), ("cut at 100", CUT_SHORT_AGENTS), ("shared", None)],
)
def test_ingest_warns_in_one_line(tmp_path: Path, name: str, fault: str | None) -> None:
    """In JSON too; a second log that has whole agents changes nothing."""
    for file, agents in (("access.log", _CASES[name][0]), ("other.log", _SHARED)):
        log = SmallLog()
        for number, agent in enumerate(agents * 2):
            log.request(agent=agent, suffix="", address=f"192.0.2.{number}", path=f"/main/noarch/{file}")
        log.write(tmp_path / file)
    done = CensusProcess(tmp_path)("ingest", "access.log", "other.log", "--json")
    told = [(Path(each["source"]).name, each["reason"]) for each in json.loads(done.stdout)["warnings"]]
    assert told == ([("access.log", fault)] if fault else [])
    assert done.returncode == 0


_GROWING = {
    "with underscores": RUN_TOGETHER_AGENTS,
    "one in four with underscores": RUN_TOGETHER_AGENTS,
    "cut at 100": CUT_SHORT_AGENTS,
    "cut in a token": CUT_SHORT_AGENTS,
    "of one length": None,
    "others": None,
    "none": NO_AGENTS,
    "shared": None,
}


@pytest.mark.takes_turns(4)
@pytest.mark.parametrize("name", _GROWING)
def test_a_log_that_grows_by_few_requests(tmp_path: Path, name: str) -> None:
    """What hides the tokens is told once the log has 20 requests, and kept; not before."""
    census, log, told = CensusProcess(tmp_path), SmallLog(), {}
    agents = (_CASES[name][0] * 15)[:30]
    for number, agent in enumerate(agents, 1):
        log.request(agent=agent, suffix="", address=f"192.0.2.{number}", path=f"/main/noarch/{number}")
        if number % 6 == 0:
            log.write(tmp_path / "access.log")
            done = census("ingest", "access.log", "--json")
            told[number] = [each["reason"] for each in json.loads(done.stdout)["warnings"]]
    fault = _GROWING[name]
    assert {number: reasons for number, reasons in told.items() if reasons and number < 20} == {}
    assert told[24] == ([fault] if fault else [])
    kept = json.loads(census("sources", "--json").stdout)["doubts"]
    assert {each["reason"] for each in kept} == ({fault} if fault else set())


def test_the_beginning_of_a_normal_log_is_not_looked_at() -> None:
    """New lines with tokens say enough, however few they are."""
    seen = SeenAgents()
    seen.look(pa.array(_SHARED[:1]).dictionary_encode(), count_clients=False)
    assert not seen.may_be_faulty()


def test_of_very_many_agents_a_sample_tells() -> None:
    """As well as all of them: wherever the odd ones stand, and of browsers nothing is sampled away."""
    agents = [f"{agent} x/{number}" for number in range(6000) for agent in _WHOLE[:2]]
    cut = [f"{_WHOLE[0]} aau/0.4.4 c/{token(str(number))[:9]}" for number in range(1500)]
    browsers = [f"Mozilla/5.0 (X11; Linux) Gecko/{number}" for number in range(50_000)]
    every_seventh = [cut[i // 7] if i % 7 == 0 else agents[i] for i in range(7 * len(cut))]
    for mixed in (agents + cut, cut + agents, browsers + cut + agents, every_seventh):
        seen = SeenAgents()
        seen.look(pa.array(mixed).dictionary_encode(), count_clients=False)
        assert seen.fault() == CUT_SHORT_AGENTS
    seen = SeenAgents()
    seen.look(pa.array(browsers + agents).dictionary_encode(), count_clients=False)
    assert seen.fault() is None
