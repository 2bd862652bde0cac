"""Forks of a process that has imported the census: most of a short command is its imports and its end.

A fork is a process of its own: signals, exit code, folder, variables and open files are its own, as those of
an interpreter that was started for it are. What it does not show is what an import does, or what is left for
the end of the interpreter, so tests of these run without it (``CensusProcess.of_its_own``).
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import threading
import traceback
from pathlib import Path
from select import select
from typing import IO, Any, NoReturn

__all__ = ["Fork", "forked"]

_MESSAGE_BYTES = 1 << 17
_SERVE = """
import sys
sys.path.append(sys.argv[1])
from census_support.processes import census_forks
census_forks.serve(int(sys.argv[2]))
"""


class Fork:
    """What a test needs of ``subprocess.Popen``, of a fork."""

    def __init__(self, pid: int, status: int, stdout: IO[str] | None, stderr: IO[str] | None) -> None:
        self.pid = pid
        self.stdout = stdout
        self.stderr = stderr
        self.returncode: int | None = None
        self._status: int | None = status

    def poll(self) -> int | None:
        """Return its exit code if it has ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Return its exit code when it ends, negative for a signal."""
        if self._status is not None:
            if not select([self._status], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("conda-census", timeout or 0)
            self.returncode = int(os.read(self._status, 32))
            os.close(self._status)
            self._status = None
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill it, unless it has ended."""
        self.send_signal(signal.SIGKILL)

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Return what else it prints, when it has ended."""
        assert self.stdout is not None
        assert self.stderr is not None
        errors: list[str] = []
        reader = threading.Thread(target=lambda: errors.append(_rest_of(self.stderr)))
        reader.start()
        output = _rest_of(self.stdout)
        reader.join(timeout)
        self.wait(timeout)
        return output, "".join(errors)


def _rest_of(stream: IO[str] | None) -> str:
    return stream.read() if stream and not stream.closed else ""


def forked(
    folder: Path,
    variables: dict[str, str],
    arguments: list[str],
    stdout: IO[Any] | None = None,
    stderr: IO[Any] | None = None,
) -> Fork:
    """Start ``conda-census`` with these arguments; it prints into these files, or else into pipes."""
    channel = _server()
    status, ours = os.pipe()
    pipes = [os.pipe() if file is None else None for file in (stdout, stderr)]
    places = [
        pipe[1] if pipe else file.fileno() if file else -1
        for pipe, file in zip(pipes, (stdout, stderr), strict=True)
    ]
    asked = {"folder": str(folder), "variables": variables, "arguments": arguments}
    message = json.dumps(asked | {"unbuffered": stdout is None}).encode()
    assert len(message) < _MESSAGE_BYTES
    socket.send_fds(channel, [message], [*places, ours])
    for descriptor in (ours, *(pipe[1] for pipe in pipes if pipe)):
        os.close(descriptor)
    first = os.read(status, 32)
    assert first, "the process that forks has gone"
    out, err = (os.fdopen(pipe[0], encoding="utf-8") if pipe else None for pipe in pipes)
    return Fork(int(first), status, out, err)


@functools.cache
def _server() -> socket.socket:
    """Start the process that forks, once for each process of the tests; it ends with them."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    subprocess.Popen(
        [sys.executable, "-c", _SERVE, str(Path(__file__).parents[2]), str(theirs.fileno())],
        env={name: value for name, value in os.environ.items() if name == "PATH"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=[theirs.fileno()],
        start_new_session=True,
    )
    theirs.close()
    return ours


def serve(descriptor: int) -> NoReturn:
    """Import everything, do nothing with it, and fork for each message."""
    channel = socket.socket(fileno=descriptor)
    sys.path.pop()
    package = importlib.import_module("conda_census")
    for module in pkgutil.walk_packages(package.__path__, "conda_census."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    importlib.import_module("typer._adapters")  # which it imports only when it reads the first argument
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        message, descriptors, *_ = socket.recv_fds(channel, _MESSAGE_BYTES, 3)
        if not message:
            os._exit(0)
        if os.fork() == 0:
            channel.close()
            _keep(json.loads(message), descriptors)
        for each in descriptors:
            os.close(each)


def _keep(asked: dict[str, Any], descriptors: list[int]) -> NoReturn:
    """Fork the one that does the work, tell its number, and tell its exit code when it ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    *places, status = descriptors
    child = os.fork()
    if child == 0:
        os.close(status)
        _work(asked, places)
    for each in places:
        os.close(each)
    os.write(status, b"%d" % child)
    _, ended = os.waitpid(child, 0)
    with contextlib.suppress(BrokenPipeError):
        os.write(status, b"%d" % os.waitstatus_to_exitcode(ended))
    os._exit(0)


def _work(asked: dict[str, Any], places: list[int]) -> NoReturn:
    """Run the command, which mostly ends the process; else end as the interpreter does."""
    for number, place in enumerate(places, start=1):
        os.dup2(place, number)
        os.close(place)
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["variables"])
    sys.argv = ["-c", *asked["arguments"]]
    if asked["unbuffered"]:
        sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    code = 1
    try:
        importlib.import_module("conda_census.cli").run()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1 if end.code else 0
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    except BaseException:  # noqa: BLE001 (as the interpreter does)
        traceback.print_exc()
    threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001
    gc.collect()
    atexit._run_exitfuncs()  # noqa: SLF001
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream:
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
    os._exit(code)
