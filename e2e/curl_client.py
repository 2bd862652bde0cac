"""What does a command-line fetcher ask for, and what does the server answer it?"""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

TIMEOUT_S = 30


@dataclass(frozen=True)
class Curl:
    """The real curl, as one machine's owner uses it.

    Linux answers on the whole of 127.0.0.0/8, so that each loopback address can play a machine of its own.
    """

    program: Path
    address: str
    home: Path

    def fetch(self, url: str, *options: str) -> int:
        """Fetch a URL, throw the body away and return the HTTP status."""
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
