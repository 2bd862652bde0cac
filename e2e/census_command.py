"""The commands of the census, run as processes of their own."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

TIMEOUT_S = 120


def ingest(log: Path, lake: Path) -> Mapping[str, object]:
    """Return the JSON of ``conda-census ingest --json``."""
    answer: Mapping[str, object] = json.loads(output("ingest", log, lake=lake))
    return answer


def report(lake: Path) -> Mapping[str, object]:
    """Return the JSON of ``conda-census report --json``."""
    answer: Mapping[str, object] = json.loads(output("report", lake=lake))
    return answer


def output(*arguments: str | Path, lake: Path, form: tuple[str | Path, ...] = ("--json",)) -> str:
    """Return what a command prints on standard output. Its keys are beside the lake, not in a home.

    Raises:
        RuntimeError: the command failed; the message has its standard error.
    """
    done = subprocess.run(
        [Path(sys.executable).with_name("conda-census"), *arguments, "--lake", lake, *form],
        env={"PATH": os.defpath, "LANG": "C.UTF-8", "CENSUS_CONFIG": str(lake.with_name("keys"))},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"conda-census {' '.join(map(str, arguments))} failed:\n{done.stderr}")
    return done.stdout
