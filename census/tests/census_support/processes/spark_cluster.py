"""How does a test get a Spark cluster? A real master and worker, processes of their own, on loopback."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pyspark

from conda_census.engines.java import java_home

__all__ = ["spark_cluster"]

_SPARK_CLASS = Path(pyspark.__file__).parent / "bin" / "spark-class"
_ON_LOOPBACK = ["--host", "127.0.0.1", "--port", "0", "--webui-port", "0"]
_TIMEOUT_S = 120


@contextmanager
def spark_cluster(folder: Path, variables: dict[str, str]) -> Iterator[str]:
    """The address of the master, which has a worker with two cores; their output goes into ``folder``."""
    with ExitStack() as stack:
        home = stack.enter_context(java_home())
        environment = os.environ | variables | {"JAVA_HOME": str(home)}

        def start(name: str, arguments: list[str], ready: str) -> re.Match[str]:
            log = folder / f"{name.rpartition('.')[2]}.log"
            with log.open("w") as output:
                process = subprocess.Popen(
                    [_SPARK_CLASS, f"org.apache.spark.deploy.{name}", *_ON_LOOPBACK, *arguments],
                    cwd=folder, env=environment, stdout=output, stderr=output,
                )  # fmt: skip
            stack.callback(process.wait)
            stack.callback(process.terminate)
            return _told(ready, log, process)

        master = start("master.Master", [], r"Starting Spark master at (spark://127\.0\.0\.1:\d+)")[1]
        worker = ["--cores", "2", "--memory", "1g", "--work-dir", str(folder), master]
        start("worker.Worker", worker, "Successfully registered with master")
        yield master


def _told(pattern: str, log: Path, process: subprocess.Popen[bytes]) -> re.Match[str]:
    until = time.monotonic() + _TIMEOUT_S
    while time.monotonic() < until and process.poll() is None:
        if found := re.search(pattern, log.read_text()):
            return found
        time.sleep(0.1)
    raise AssertionError(log.read_text())
