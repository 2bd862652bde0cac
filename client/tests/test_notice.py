"""Has this user been told what is shared?"""

from __future__ import annotations

import os
import pty
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Conda

TOLD = "To turn this off: conda config --set anaconda_anon_usage off"


def _on_terminal(conda: Conda, *arguments: str, **variables: str) -> str:
    """Run conda with a terminal as standard error; return what it writes there."""
    terminal, end = pty.openpty()
    done = subprocess.run(
        [conda.root / "bin" / "python", "-m", "conda", *arguments],
        env={**conda.variables, **variables},
        stdout=subprocess.PIPE,
        stderr=end,
        check=False,
    )
    os.close(end)
    written = b""
    try:
        while piece := os.read(terminal, 4096):
            written += piece
    except OSError:  # Linux: all that has been written is read
        pass
    finally:
        os.close(terminal)
    assert TOLD.encode() not in done.stdout
    return written.decode()


def test_once_on_a_terminal(conda: Conda) -> None:
    """One line before the first command, none before the second."""
    assert _on_terminal(conda, "list").count("\n") == 1
    assert _on_terminal(conda, "list") == ""


def test_who_was_not_at_a_terminal_is_told_later(conda: Conda) -> None:
    """A script that comes first does not use up the notice."""
    assert TOLD not in conda("search", "tiny").stderr
    assert TOLD in _on_terminal(conda, "list")


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [
        (["list", "--json"], {}),
        (["update", "--all", "-q"], {}),
        (["list"], {"CONDA_QUIET": "1"}),
        (["list"], {"CI": "true"}),
        (["list"], {"TF_BUILD": "True"}),
        (["list"], {"DO_NOT_TRACK": "1"}),
        (["list"], {"CONDA_ANACONDA_ANON_USAGE": "off"}),
        (["config", "--set", "anaconda_anon_usage", "off"], {}),
        (["anon-usage", "status"], {}),
        (["run", "true"], {}),
        (["shell.posix", "deactivate"], {}),
    ],
    ids=" ".join,
)
def test_never_where_nobody_asked(conda: Conda, arguments: list[str], variables: dict[str, str]) -> None:
    """Neither where a program reads along, nor where the person has chosen; and that uses nothing up."""
    assert TOLD not in _on_terminal(conda, *arguments, **variables)
    assert not (conda.home / ".conda" / "aau_told").exists()


def test_where_it_cannot_be_noted_it_is_not_given(conda: Conda) -> None:
    """A line each time would be worse than none."""
    (conda.home / ".conda").touch()
    assert TOLD not in _on_terminal(conda, "list")
