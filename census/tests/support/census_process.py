"""How does a test run ``conda-census`` as a person does, in a process of its own?"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

__all__ = ["MAIN", "CensusProcess"]

#: What ``conda-census`` runs; a test may put a program of its own in its place that does something before.
MAIN = "from conda_census.cli import main; main()"


@dataclass
class CensusProcess:
    """``conda-census`` in a folder, with a home of its own and nothing else of the tester's."""

    folder: Path
    variables: dict[str, str] = field(default_factory=dict)
    timeout_s: float = 120

    def __call__(
        self, *arguments: str | Path, output: IO[str] | None = None, program: str = MAIN
    ) -> subprocess.CompletedProcess[str]:
        """Run it with these arguments and return what it printed, but for what went to ``output``."""
        return subprocess.run(
            [sys.executable, "-c", program, *map(str, arguments)],
            cwd=self.folder,
            env=self.environment(),
            stdout=output or subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=self.timeout_s,
        )

    def start(self, *arguments: str | Path, program: str = MAIN) -> subprocess.Popen[str]:
        """Start it, and let the test go on beside it."""
        return subprocess.Popen(
            [sys.executable, "-u", "-c", program, *map(str, arguments)],
            cwd=self.folder,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def environment(self) -> dict[str, str]:
        """The variables that it is run with."""
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        kept = {name: value for name, value in os.environ.items() if name in {"PATH", "SYSTEMROOT"}}
        return kept | {"HOME": str(home)} | self.variables
