"""How does conda itself compare two versions? The real conda, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from e2e.distributions import unpack_conda

__all__ = ["CondaOrder", "conda_order"]

_PROGRAM = """
import json, sys
from conda.exceptions import InvalidVersionSpec
from conda.models.match_spec import MatchSpec
from conda.models.version import VersionOrder
for line in sys.stdin:
    what, one, other = json.loads(line)
    try:
        if what == "match":
            answer = bool(MatchSpec(one).match(other))
        else:
            one, other = VersionOrder(one), VersionOrder(other)
            answer = "=" if one == other else "<" if one < other else ">"
    except InvalidVersionSpec:
        answer = None
    print(json.dumps(answer), flush=True)
"""


class CondaOrder:
    """Asks conda, one question after the other."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def compare(self, one: str, other: str) -> str | None:
        """One of ``<``, ``=`` and ``>``; None where conda refuses one of them."""
        answer: str | None = self._ask("order", one, other)
        return answer

    def matches(self, spec: str, build: dict[str, object]) -> bool:
        """Whether conda would take this build for this spec."""
        return bool(self._ask("match", spec, build))

    def _ask(self, *question: object) -> str | None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer: str | None = json.loads(self._process.stdout.readline())
        return answer


@contextmanager
def conda_order(folder: Path) -> Iterator[CondaOrder]:
    """Conda unpacked into this folder, for as long as the context lasts."""
    unpack_conda(folder)
    with subprocess.Popen(
        [sys.executable, "-c", _PROGRAM],
        env=os.environ | {"PYTHONPATH": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield CondaOrder(process)
        process.stdin.close()  # type: ignore[union-attr]
