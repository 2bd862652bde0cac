"""``conda-census`` as a person runs it, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

from census_support.processes.census_forks import forked

__all__ = ["MAIN", "CensusProcess"]

#: What ``conda-census`` runs; a test may put a program of its own in its place that does something before.
MAIN = "from conda_census.cli import run; run()"


#: Variables that a command looks at when it runs. With others, which may change how an interpreter starts, it
#: runs in one of its own.
_LOOKED_AT_LATE = ("AWS_", "CENSUS_", "COLUMNS", "HOME", "JDK_", "PATH", "SYSTEMROOT", "TMPDIR")


@dataclass
class CensusProcess:
    """``conda-census`` in a folder, with a home of its own and nothing else of the tester's.

    It is a fork of a process that has imported the census, or, if ``of_its_own`` or with another program than
    the command, an interpreter that is started for it.
    """

    folder: Path
    variables: dict[str, str] = field(default_factory=dict)
    timeout_s: float = 120
    of_its_own: bool = False

    def __call__(
        self, *arguments: str | Path, output: IO[str] | None = None, program: str = MAIN
    ) -> subprocess.CompletedProcess[str]:
        """Run it with these arguments and return what it printed, but for what went to ``output``."""
        words = [*map(str, arguments)]
        if not self._may_fork(program):
            return subprocess.run(
                [sys.executable, "-c", program, *words],
                cwd=self.folder,
                env=self.environment(),
                stdout=output or subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
                timeout=self.timeout_s,
            )
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            fork = forked(self.folder, self.environment(), words, output or out, err)
            try:
                code = fork.wait(self.timeout_s)
            finally:
                fork.kill()
            out.seek(0)
            err.seek(0)
            printed = None if output else out.read().decode()
            return subprocess.CompletedProcess(words, code, cast("str", printed), err.read().decode())

    def start(self, *arguments: str | Path, program: str = MAIN) -> subprocess.Popen[str]:
        """Start it, and let the test go on beside it."""
        words = [*map(str, arguments)]
        if self._may_fork(program):
            return cast("subprocess.Popen[str]", forked(self.folder, self.environment(), words))
        return subprocess.Popen(
            [sys.executable, "-u", "-c", program, *words],
            cwd=self.folder,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def _may_fork(self, program: str) -> bool:
        looked_at_late = all(name.startswith(_LOOKED_AT_LATE) for name in self.environment())
        return program == MAIN and not self.of_its_own and looked_at_late

    def environment(self) -> dict[str, str]:
        """The variables that it is run with."""
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        kept = {name: value for name, value in os.environ.items() if name in {"PATH", "SYSTEMROOT"}}
        return kept | {"HOME": str(home)} | self.variables
