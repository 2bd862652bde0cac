"""Unexpected errors of a command as one line in place of a traceback.

If ``CENSUS_DEBUG=1`` is set in the environment, the traceback is printed too, to find the cause. It may
contain values of the lake or of a log.
"""

from __future__ import annotations

import os
import re
import sys
import traceback
from pathlib import Path

from conda_census.errors import CensusError

__all__ = ["expect_address_space", "print_traceback_if_asked", "told"]

#: The libraries that read and write a lake, by the names of their modules.
_ENGINES = ("_duckdb", "duckdb", "deltalake", "pyarrow", "ibis", "py4j", "pyspark", "obstore")
_OUT_OF_MEMORY = re.compile(r"OutOfMemory|ArrowMemory|MemoryError|bad_alloc")
#: A file of a lake that a library names.
_FILE = re.compile(r"[^\s'\"]+(?:\.parquet|_delta_log/\d+\.(?:json|checkpoint[^\s'\"]*))")
#: With less the libraries end the process as they start, in a thousand lines.
_ADDRESS_SPACE_BYTES = 2 << 30


def told(problem: Exception) -> CensusError:
    """Return a message for an unforeseen problem, without a library's message, which may hold values."""
    kind = type(problem)
    name = f"{kind.__module__.partition('.')[0].lstrip('_')} {kind.__name__}".removeprefix("builtins ")
    if isinstance(problem, MemoryError) or _OUT_OF_MEMORY.search(f"{kind.__name__} {problem}"):
        return CensusError(
            "there is not enough memory: end other programs, raise the limit on this one, or ask for less"
        )
    if kind.__module__.partition(".")[0] in _ENGINES:
        file = _FILE.search(str(problem))
        place = file[0] if file else "the lake"
        if file and _was_replaced(Path(file[0])):
            return CensusError(
                f"{place}: was replaced while it was read, as by a compaction: run the same command again"
            )
        return CensusError(
            f"{place}: cannot be read or written ({name}): if it is damaged, restore it from your backup; "
            "CENSUS_DEBUG=1 shows more"
        )
    return CensusError(
        f"a mistake of the census itself ({name}{_where(problem)}): please report it, with what "
        "CENSUS_DEBUG=1 shows"
    )


def _was_replaced(path: Path) -> bool:
    from conda_census.lake.checks.file_reading import was_replaced

    return was_replaced(path)


def print_traceback_if_asked() -> None:
    """Print the traceback of the current exception if ``CENSUS_DEBUG`` is set and not 0."""
    if os.environ.get("CENSUS_DEBUG", "0") not in ("", "0"):
        traceback.print_exc()


def expect_address_space() -> None:
    """Go on only if the libraries can start.

    Raises:
        CensusError: the address space of this process is limited to too little.
    """
    if sys.platform == "win32":
        return
    import resource

    limit, _hard = resource.getrlimit(resource.RLIMIT_AS)
    if limit != resource.RLIM_INFINITY and limit < _ADDRESS_SPACE_BYTES:
        raise CensusError(
            f"the address space of this process is limited to {limit / (1 << 30):.1f} GiB: allow it "
            f"{_ADDRESS_SPACE_BYTES >> 30} GiB or more, as with ulimit -v {_ADDRESS_SPACE_BYTES >> 10}"
        )


def _where(problem: Exception) -> str:
    """Return the place in the census's own code from which the problem comes."""
    frames = [
        frame for frame in traceback.extract_tb(problem.__traceback__) if "conda_census" in frame.filename
    ]
    return f", {Path(frames[-1].filename).name} line {frames[-1].lineno}" if frames else ""
