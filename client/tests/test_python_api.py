"""What do programs share that drive conda from within Python?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from anaconda_anon_usage import __version__

if TYPE_CHECKING:
    from conftest import Channel, Conda

OFF = f"aau/{__version__}"
# The interpreter itself tells of each file that is opened, made, renamed or removed, however that is done.
WATCHED = """
import json, os, sys, warnings
warnings.simplefilter("ignore")
touched = []
def watch(event, arguments):
    if event == "open" or event.startswith("os."):
        touched.extend(str(a) for a in arguments if "aau_" in os.path.basename(str(a)))
sys.addaudithook(watch)
output, sys.stdout = sys.stdout, sys.stderr
{0}
json.dump(sorted(set(touched)), output)
output.flush()
"""
MAIN = """
from conda.cli.main import main_subshell
assert main_subshell("search", "tiny") in (0, None)
assert main_subshell("install", "tiny", "--yes") in (0, None)
"""
RUN_COMMAND = """
try:
    from conda.cli.python_api import run_command
except ImportError:
    pass  # newer conda has it no more
else:
    run_command("search", "tiny")
"""
API = """
from conda.base.context import context, reset_context
context.plugin_manager  # this is what makes plug-ins known
reset_context()
from conda.api import SubdirData
assert SubdirData.query_all("tiny", channels=[{0!r}], subdirs=["noarch"])
"""
CODE = {"main": MAIN, "run_command": RUN_COMMAND, "api": API}


def _touched(conda: Conda, channel: Channel, code: str, **variables: str) -> list[str]:
    touched: list[str] = json.loads(conda.python(WATCHED.format(code.format(channel.url)), **variables))
    return touched


@pytest.mark.takes_turns(4)
@pytest.mark.parametrize("code", CODE.values(), ids=CODE)
@pytest.mark.parametrize("there", [False, True], ids=["no tokens there", "tokens there"])
@pytest.mark.parametrize("off", [{"DO_NOT_TRACK": "1"}, {"CONDA_ANACONDA_ANON_USAGE": "off"}], ids=" ".join)
def test_off_is_the_version_alone_and_touches_no_file(
    conda: Conda, channel: Channel, code: str, off: dict[str, str], *, there: bool
) -> None:
    """None is opened, made or removed, whatever the program calls."""
    if there:
        conda("install", "tiny=1.0")
        channel.new_requests()
    assert _touched(conda, channel, code, **off) == []
    assert {request.suffix for request in channel.new_requests() if request.has_suffix} <= {OFF}


@pytest.mark.takes_turns(5, among="the longest")
def test_on_is_seen_to_touch_files(conda: Conda, channel: Channel) -> None:
    """Or the test above would show nothing; and a program is a session of its own."""
    touched: Any = _touched(conda, channel, MAIN)
    assert {str(conda.home / ".conda" / "aau_token"), str(conda.root / "etc" / "aau_token")} <= {*touched}
    assert len({request.tokens["s"] for request in channel.new_requests()}) == 1
