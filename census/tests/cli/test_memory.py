"""Memory of ``ingest`` stays bounded, whatever the lines of a log are."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest

from census_support.inputs.small_log import SmallLog
from census_support.processes.census_process import MAIN, CensusProcess

# What getrusage says would be that of the tests' own process, of which the program is a fork.
PROGRAM = f"""
import atexit, pathlib, sys
@atexit.register
def tell():
    print(pathlib.Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0], file=sys.stderr)
{MAIN}
"""
#: The share of the lines that is read; all of them by ``make fuzz``.
SHARE = float(os.environ.get("CENSUS_SHORT_LINES", "0.2"))
#: A run of a single line takes 270 MiB.
MEMORY_KIB = (600 if SHARE < 1 else 900) << 10


@pytest.mark.takes_turns(5)
@pytest.mark.parametrize(
    ("line", "count", "reason"),
    [
        (b"\n", 20_000_000, "blank"),
        (b"x\n", 3_000_000, "not_in_format"),
        (b"\r\n", 3_000_000, "blank"),
    ],
)
def test_millions_of_short_lines_are_counted_and_not_kept(
    line: bytes, count: int, reason: str, census: CensusProcess, tmp_path: Path
) -> None:
    """Each has its reason, those around them are read, and nothing but the counts goes to the output.

    Here of a fifth of them, by ``make fuzz`` of all.
    """
    count = int(count * SHARE)
    with gzip.open(tmp_path / "access.log.gz", "wb", compresslevel=1) as file:
        file.write(SmallLog().request().content())
        for _ in range(100):
            file.write(line * (count // 100))
        file.write(SmallLog().request("/last").content())
    done = census("ingest", "access.log.gz", "--json", program=PROGRAM)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["lines"], told["requests"], told["dropped"]) == (count + 2, 2, {reason: count})
    assert int(done.stderr.split()[-1]) < MEMORY_KIB
    source = json.loads(census("sources", "--json").stdout)["sources"][0]
    assert source["dropped"] == {reason: {"lines": count, "first_lines": list(range(2, 22))}}
