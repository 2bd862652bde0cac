"""External programs that the scenario needs."""

import os
import shutil
from pathlib import Path

import pytest

SYSTEM_FOLDERS = ("/usr/local/sbin", "/usr/sbin", "/sbin")


class MissingProgramError(Exception):
    """A program that is not installed; the message names the package that brings it."""


def find(program: str, debian_package: str) -> Path:
    """Return the path of a program.

    Servers are in folders that only an administrator has on the search path, so those are searched too.

    Args:
        program: its name, as typed in a shell.
        debian_package: what to install if it is missing.

    Raises:
        MissingProgramError: nothing of that name is installed.
    """
    search_path = os.pathsep.join([os.environ.get("PATH", os.defpath), *SYSTEM_FOLDERS])
    path = shutil.which(program, path=search_path)
    if path is None:
        raise MissingProgramError(f"{program} is not installed; install the Debian package {debian_package}")
    return Path(path)


def require(program: str, debian_package: str) -> Path:
    """Return the path of a program that a test needs.

    Without the program the test is skipped; if ``CENSUS_REQUIRE_ALL`` is ``1``, it fails.
    """
    try:
        return find(program, debian_package)
    except MissingProgramError as missing:
        if os.environ.get("CENSUS_REQUIRE_ALL") == "1":
            pytest.fail(f"{missing} (CENSUS_REQUIRE_ALL=1 allows no skipped test)")
        pytest.skip(str(missing))
