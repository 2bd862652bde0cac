"""The end of a command's process, without taking its libraries apart, which takes up to a second."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

__all__ = ["run_and_end"]


def run_and_end(main: Callable[[], object]) -> NoReturn:
    """Run ``main`` and end the process as the interpreter would, but for freeing what it holds.

    What is to be done at the end is done: streams are flushed, functions of :mod:`atexit` run. If threads or
    processes were at work, or ``main`` raises what is no :exc:`SystemExit`, the interpreter ends it.
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
