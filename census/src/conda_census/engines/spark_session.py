"""Start and end of a Spark session, without output on the terminal."""

from __future__ import annotations

import logging
import os
import re
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from ipaddress import ip_address
from tempfile import TemporaryFile
from typing import IO

from py4j.java_gateway import JavaGateway
from py4j.protocol import Py4JError
from pyspark import SparkConf, SparkContext
from pyspark import __version__ as spark_version
from pyspark.errors import PySparkException
from pyspark.java_gateway import launch_gateway
from pyspark.sql import SparkSession

from conda_census.engines.java import java_home
from conda_census.errors import EngineError, first_line
from conda_census.spill_folders import spill_folder

__all__ = ["LOCAL", "explained", "spark_session"]

#: Spark in this process's own Java, on all cores.
LOCAL = "local[*]"
_CONNECT_TIMEOUT_S = 5.0
_WORKERS_TIMEOUT_S = 60.0
# If a query is interrupted, py4j prints a traceback, whatever the outcome.
logging.getLogger().addFilter(lambda record: "while sending command" not in record.getMessage())
_NO_FILE = re.compile(
    r"FILE_NOT_EXIST|FileNotFoundException|PATH_NOT_FOUND|CANNOT_READ_FILE|AccessControlException"
)


@contextmanager
def spark_session(master: str) -> Iterator[SparkSession]:
    """Start a session with ``LOCAL`` or ``spark://HOST:PORT``, and report its errors in one line.

    The settings in ``spark-defaults.conf`` apply, except those that the census requires.

    Raises:
        EngineError: there is no Java, no master, no worker, or Spark fails at a query.
    """
    if master != LOCAL:
        _expect_master(master)
    with ExitStack() as stack:
        log = stack.enter_context(TemporaryFile())
        context = stack.enter_context(_context(master, log))
        stack.enter_context(explained())
        if master != LOCAL:
            _expect_worker(context, master)
        yield SparkSession(context)


@contextmanager
def explained() -> Iterator[None]:
    """Report errors in Spark as one line.

    Raises:
        EngineError: Spark failed.
    """
    try:
        yield
    except (PySparkException, Py4JError) as problem:
        cause = _cause(problem)
        if _NO_FILE.search(str(problem)):
            raise EngineError(
                f"Spark cannot read a file of the lake ({cause}): every worker must have the lake's folder "
                "under the same path as this machine, and may read it; after a compaction, run the same "
                "command again"
            ) from None
        raise EngineError(
            f"Spark failed ({cause}): the logs of its workers say more; or use --engine duckdb"
        ) from None


@contextmanager
def _context(master: str, log: IO[bytes]) -> Iterator[SparkContext]:
    settings = SparkConf(loadDefaults=False).setAll(list(_settings(master).items()))
    with spill_folder() as folder, ExitStack() as stack:
        # Spark's own folders are in this folder, unless the operator names others.
        settings.set("spark.driver.defaultJavaOptions", f'"-Djava.io.tmpdir={folder}"')
        gateway = stack.enter_context(_gateway(settings, log))
        try:
            with _ctrl_c_as_before():
                context = SparkContext(conf=settings, gateway=gateway)
        except (PySparkException, Py4JError) as problem:
            raise _not_begun(master, problem) from None
        try:
            yield context
        finally:
            # After Ctrl-C, the pending response would be taken for the response to the next call.
            if not isinstance(sys.exception(), KeyboardInterrupt):
                with suppress(Py4JError):
                    context.stop()


@contextmanager
def _gateway(settings: SparkConf, log: IO[bytes]) -> Iterator[JavaGateway]:
    """Start the Java that Spark runs in, here and not by Spark, so that its output goes to a file."""
    gateway = None
    try:
        with java_home() as home, _variable("JAVA_HOME", str(home)), _ctrl_c_afterwards():
            gateway = launch_gateway(settings, {"stdout": log, "stderr": log})  # type: ignore[no-untyped-call]
        yield gateway
    except PySparkException:
        if gateway:
            raise
        raise EngineError(
            f"Spark cannot be started ({_reason(log)}): put this right, or use --engine duckdb"
        ) from None
    finally:
        if gateway:
            gateway.proc.terminate()
            gateway.proc.wait()
            # So that the next session of this process has a Java of its own.
            SparkContext._gateway = SparkContext._jvm = None  # noqa: SLF001


@contextmanager
def _ctrl_c_afterwards() -> Iterator[None]:
    """Delay Ctrl-C: if PySpark is interrupted while it starts Java, this Java is never ended."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _ctrl_c_as_before() -> Iterator[None]:
    """Restore the handling of Ctrl-C: Spark's own handler cancels in the middle of another query."""
    before = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, before)


@contextmanager
def _variable(name: str, value: str) -> Iterator[None]:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def _settings(master: str) -> dict[str, str]:
    settings = {
        "spark.app.name": "conda-census",
        "spark.master": master,
        "spark.log.level": "ERROR",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
        # A number that is too large is an error, never another number.
        "spark.sql.ansi.enabled": "true",
        "spark.sql.catalogImplementation": "in-memory",
    }
    if master == LOCAL:
        # One machine has no use for the 200 partitions of a cluster.
        settings["spark.sql.shuffle.partitions"] = str(os.cpu_count() or 1)
    if master == LOCAL or all(_is_loopback(host) for host, _port in _addresses(master)):
        settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    return settings


def _expect_master(master: str) -> None:
    """Check the master: Spark itself would try for a minute, and then report an obscure error."""
    problem: OSError | None = None
    for address in _addresses(master):
        try:
            socket.create_connection(address, timeout=_CONNECT_TIMEOUT_S).close()
        except OSError as refused:
            problem = refused
        else:
            return
    raise EngineError(
        f"{master}: no master answers there ({(problem and problem.strerror) or problem}): "
        "check the address, and that the cluster runs"
    )


def _expect_worker(context: SparkContext, master: str) -> None:
    """Check that there is a worker: Spark itself would wait for ever."""
    until = time.monotonic() + _WORKERS_TIMEOUT_S
    while time.monotonic() < until:
        try:
            executors = context._jsc.sc().getExecutorMemoryStatus().size()  # noqa: SLF001
        except Py4JError as problem:
            # The responding process is no master, or it refused the connection; Spark has stopped by itself.
            raise _not_begun(master, problem) from None
        # The driver itself is in the list.
        if executors > 1:
            return
        time.sleep(0.1)
    raise EngineError(
        f"{master}: no worker took the work within {_WORKERS_TIMEOUT_S:.0f} s: "
        "look on the master's page whether there are workers, with free cores and memory"
    )


def _not_begun(master: str, problem: Exception) -> EngineError:
    return EngineError(
        f"{master}: Spark cannot begin ({_cause(problem)}): the cluster must run Spark {spark_version}, "
        "and its machines must reach this one"
    )


def _addresses(master: str) -> list[tuple[str, int]]:
    """Return the addresses in ``spark://HOST:PORT``, or in ``spark://HOST:PORT,HOST:PORT`` with standbys."""
    pairs = [host.rpartition(":") for host in master.removeprefix("spark://").split(",")]
    return [(host, int(port)) for host, _colon, port in pairs]


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _cause(problem: Exception) -> str:
    """Return the last cause that Java names, or else the first message."""
    causes = re.findall(r"^(?:Caused by)?: (.*)$", str(problem), re.MULTILINE)
    return causes[-1] if causes else first_line(problem)


def _reason(log: IO[bytes]) -> str:
    """Return the first line with an error of Java, or else the last line."""
    log.seek(0)
    lines = [line.strip() for line in log.read().decode(errors="replace").splitlines() if line.strip()]
    complaints = [line for line in lines if re.search("Error|Exception|Unrecognized|Invalid", line)]
    return next(iter(complaints or lines[-1:]), "it says nothing")
