"""What does one process send, and is sharing on?"""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from anaconda_anon_usage import tokens
from anaconda_anon_usage.session import SESSION, Session, decide_sharing

if TYPE_CHECKING:
    from collections.abc import Callable

DEADLINE_S = 20


@pytest.mark.parametrize(
    ("setting", "do_not_track", "sharing", "decided_by"),
    [
        (True, None, True, "setting"),
        (False, None, False, "setting"),
        (None, None, False, "unreadable setting"),
        (True, "", True, "setting"),
        (True, "0", True, "setting"),
        (True, "1", False, "DO_NOT_TRACK"),
        (True, "true", False, "DO_NOT_TRACK"),
        (False, "0", False, "setting"),
        (None, "1", False, "DO_NOT_TRACK"),
    ],
)
def test_what_decides(
    *, setting: bool | None, do_not_track: str | None, sharing: bool, decided_by: str
) -> None:
    """``DO_NOT_TRACK`` can only turn sharing off; a setting that cannot be read does so too."""
    environ = {} if do_not_track is None else {"DO_NOT_TRACK": do_not_track}
    assert decide_sharing(setting, environ) == (sharing, decided_by)


def _in_fork(answer: Callable[[], str]) -> str:
    """Return what `answer` returns in a child of a fork, or nothing if it does not return in time."""
    reader, writer = os.pipe()
    if not (pid := os.fork()):
        child = threading.Thread(target=lambda: os.write(writer, answer().encode()), daemon=True)
        child.start()
        child.join(DEADLINE_S)
        os._exit(0)
    os.close(writer)
    os.waitpid(pid, 0)
    with os.fdopen(reader, "rb") as pipe:
        return pipe.read().decode()


def test_a_session_is_one_process() -> None:
    """All threads of a process have one session; a child of a fork has another."""
    with ThreadPoolExecutor(8) as threads:
        (token,) = set(threads.map(lambda _: SESSION.token(), range(64)))
    child = _in_fork(SESSION.token)
    assert tokens.is_random_value(child)
    assert child != token == SESSION.token()


def test_a_fork_does_not_wait_for_a_lock_of_another_thread() -> None:
    """The thread that holds it at the fork is not in the child, and would never release it there."""
    session = Session()
    with session._token_lock:  # noqa: SLF001
        child = _in_fork(session.token)
    assert tokens.is_random_value(child)


def test_a_fork_keeps_what_the_command_is_about() -> None:
    """Conda forks while it installs: the child works for the same command."""
    session = Session()
    session.begin("install")
    session.note_prefix_in_file("/opt/env")
    session.note_request("repo.test:443", "/noarch/repodata.json")
    kept = ("install", "/opt/env", {"repo.test"})
    assert (session.command, session.prefix_in_file, session.named_hosts) == kept
    assert _in_fork(lambda: repr((session.command, session.prefix_in_file, session.named_hosts))) == repr(
        kept
    )


@pytest.mark.parametrize(
    ("path", "is_noted"),
    [
        ("/c/noarch/repodata.json", True),
        ("/c/linux-64/current_repodata.json.zst", True),
        ("/c/noarch/repodata_shards.msgpack.zst", True),
        ("/c/noarch/tiny-1.0-0.conda", False),
        ("/repodata.json/tiny-1.0-0.conda", False),
        ("", False),
    ],
)
def test_a_host_that_is_asked_for_an_index_has_a_channel(path: str, *, is_noted: bool) -> None:
    """Only such a request is noted, for this process only."""
    session = Session()
    session.note_request("user:word@Repo.test:80", path)
    assert session.named_hosts == ({"repo.test"} if is_noted else set())
    assert Session().named_hosts == set()
