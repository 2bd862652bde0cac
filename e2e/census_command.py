"""What does the census answer when its commands run as processes of their own?"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

TIMEOUT_S = 120


def ingest(log: Path, lake: Path) -> Mapping[str, object]:
    """What ``conda-census ingest --json`` answers."""
    return _answer("ingest", log, "--lake", lake, "--json")


def report(lake: Path) -> Mapping[str, object]:
    """What ``conda-census report --json`` answers."""
    return _answer("report", "--lake", lake, "--json")


def _answer(*arguments: str | Path) -> Mapping[str, object]:
    """The JSON on standard output.

    Raises:
        RuntimeError: the command failed; the message has what it said.
    """
    done = subprocess.run(
        [Path(sys.executable).with_name("conda-census"), *arguments],
        env={"PATH": os.defpath, "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"conda-census {' '.join(map(str, arguments))} failed:\n{done.stderr}")
    answer: Mapping[str, object] = json.loads(done.stdout)
    return answer
