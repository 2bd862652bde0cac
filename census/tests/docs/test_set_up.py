"""The first commands of ``docs/how-to/set-up.md``, run as they are, with no files but a log."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from census_support.inputs.small_log import SmallLog
from census_support.oracles.documented import blocks
from census_support.processes.census_process import MAIN
from e2e.programs import require

DOCUMENT = Path(__file__).parents[3] / "docs" / "how-to" / "set-up.md"
#: What the text makes before: the folders of the lake and the keys, and those that the web server shows.
_FOLDERS = ("/var/lib/conda-census", "/var/lib/conda-census-keys", "/srv/www/census", "/srv/www/package-data")


@pytest.mark.takes_turns(5, among="the longest")
def test_the_first_commands_run_as_they_stand(tmp_path: Path) -> None:
    """With absolute paths and all, in a namespace whose ``/srv``, ``/var/lib`` and ``/var/log`` are empty."""
    unshare = require("unshare", "util-linux")
    [commands] = [block for block in blocks(DOCUMENT.read_text(), "sh") if "january.html" in block]
    log = SmallLog().request("/main/noarch/numpy-1.0-0.conda", client="ada", session="s1").request()
    log.write(tmp_path / "access.log")
    program = tmp_path / "bin" / "conda-census"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -c {shlex.quote(MAIN)} "$@"\n')
    program.chmod(0o755)
    script = "\n".join(
        (
            "set -e",
            *(f"mount -t tmpfs tmpfs {folder}" for folder in ("/srv", "/var/lib", "/var/log")),
            f"mkdir -p /var/log/nginx {' '.join(_FOLDERS)}",
            f"chmod 0700 {' '.join(_FOLDERS[:2])}",
            f"cp {shlex.quote(str(tmp_path / 'access.log'))} /var/log/nginx/access.log",
            commands,
            "test -s /srv/www/census/january.html",
            "find /srv/www/package-data -type f | grep -q .",
        )
    )
    as_root = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    done = subprocess.run(
        [unshare, "--mount", *as_root, "sh", "-c", script],
        cwd=tmp_path,
        env={"PATH": f"{program.parent}:{os.environ['PATH']}", "HOME": str(tmp_path)},
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "1 files read, 0 skipped, 0 failed: 2 lines = 2 requests" in done.stderr
    assert "wrote /srv/www/census/january.html: 1 installations" in done.stderr
    assert "files with 1 downloads from 2024-01-01 to 2024-01-31 into /srv/www/package-data" in done.stdout
