"""How does a test run a command as another user, or with file systems that the command alone sees?"""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import lru_cache

import pytest

__all__ = ["TIMEOUT_S", "as_nobody", "require", "with_mounts"]

TIMEOUT_S = 120


def require(condition: object, install: str) -> None:
    """Skip the test unless `condition` holds, saying what to install; fail where nothing may be skipped."""
    if not condition:
        message = f"not installed: {install}"
        if os.environ.get("CENSUS_REQUIRE_ALL") == "1":
            pytest.fail(message)
        pytest.skip(message)


def as_nobody() -> tuple[str, ...]:
    """Return what to put before a command so that it runs as a user that no database knows.

    The user owns what the tests' own user owns and may do nothing else. (Root itself may do everything, so
    that no mode would keep anything from it.)
    """
    return _unshare("--map-user=54321", "--map-group=54321")


def with_mounts(*mounts: str) -> tuple[str, ...]:
    """Return what to put before a command so that it alone sees the file systems that `mounts` mount."""
    return (
        *_unshare("--map-root-user", "--mount"),
        "sh",
        "-e",
        "-c",
        "; ".join([*mounts, 'exec "$@"']),
        "sh",
    )


@lru_cache(maxsize=None)
def _unshare(*options: str) -> tuple[str, ...]:
    before = ("unshare", "--user", *options)
    tried = shutil.which("unshare") and subprocess.run([*before, "true"], capture_output=True, check=False)
    require(tried and tried.returncode == 0, "unshare of util-linux 2.38, and a kernel with user namespaces")
    return before
