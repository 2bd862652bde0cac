"""Process of a command: the memory it keeps, a library it does without, and its end."""

from __future__ import annotations

import atexit
import ctypes
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

__all__ = ["keep_freed_memory", "let_arrow_do_without_pandas", "run_and_end"]

#: Parameters of ``mallopt``, from glibc's ``malloc.h``.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
#: Of free memory this much is kept, in bytes; the default grows to 64 MiB at most.
_KEPT_BYTES = 200 << 20
#: Larger pieces of memory are mapped one by one. glibc takes no greater value.
_MAPPED_BYTES = 32 << 20


def keep_freed_memory() -> None:
    """Let glibc keep freed memory for the next block of a log.

    glibc gives freed memory back to the system after each block, and gets it again at once. Keeping it saves
    some percent of the time of ``ingest``. Other C libraries have no such parameters: nothing is done then.
    """
    try:
        set_parameter = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    set_parameter(_M_TRIM_THRESHOLD, _KEPT_BYTES)
    set_parameter(_M_MMAP_THRESHOLD, _MAPPED_BYTES)


def let_arrow_do_without_pandas() -> None:
    """Keep Arrow from importing pandas, which it does as soon as it meets an array of numpy: 0.3 seconds.

    Arrow looks for pandas now, in both ways that it has, finds none, and does not look again in this process.
    Others can still import it. Arrow's own conversions to and from pandas no longer work then.
    """
    if "pandas" in sys.modules:
        return
    import numpy as np
    import pyarrow as pa

    sys.meta_path.insert(0, _NoPandas)
    try:
        pa.array(np.zeros(1)).to_numpy()
    finally:
        sys.meta_path.remove(_NoPandas)


def run_and_end(main: Callable[[], object]) -> NoReturn:
    """Run ``main`` and end the process without taking its libraries apart, which takes up to a second.

    Streams are flushed and functions of :mod:`atexit` run. If threads or processes are still at work, or
    ``main`` raises anything but :exc:`SystemExit`, the interpreter ends the process.
    """
    code = 0
    try:
        main()
    except SystemExit as end:
        if not (end.code is None or isinstance(end.code, int)):
            raise
        code = end.code or 0
    others = (thread for thread in threading.enumerate() if thread is not threading.main_thread())
    if any(not thread.daemon for thread in others) or "multiprocessing.resource_tracker" in sys.modules:
        sys.exit(code)
    atexit._run_exitfuncs()  # noqa: SLF001
    for stream in (sys.stdout, sys.stderr):
        if stream:
            with suppress(OSError, ValueError):
                stream.flush()
    os._exit(code)


class _NoPandas:
    """A finder of modules that has no pandas."""

    @staticmethod
    def find_spec(name: str, _path: object = None, _target: object = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError(name=name)
