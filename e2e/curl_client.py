"""A command-line fetcher: the real curl."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

TIMEOUT_S = 30


@dataclass(frozen=True)
class Curl:
    """The real curl on one machine.

    Linux answers on all of 127.0.0.0/8, so each loopback address can stand for a machine of its own.
    """

    program: Path
    address: str
    home: Path

    def fetch(self, url: str, *options: str) -> int:
        """Fetch a URL, discard the body and return the HTTP status."""
        done = subprocess.run(
            [
                self.program,
                "--disable",  # no .curlrc; must come first
                "--silent",
                "--show-error",
                *("--interface", self.address),
                *("--output", os.devnull),
                *("--write-out", "%{http_code}"),
                *options,
                url,
            ],
            env={"HOME": str(self.home), "PATH": os.defpath},
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=True,
        )
        return int(done.stdout)
