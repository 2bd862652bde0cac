"""Freed memory that is kept for the next block of a log.

glibc gives freed memory back to the system after each block, and gets it again at once. Keeping it saves some
percent of the time of ``ingest``.
"""

from __future__ import annotations

import ctypes

__all__ = ["keep_freed_memory"]

#: Parameters of ``mallopt``, from glibc's ``malloc.h``.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
#: Of free memory this much is kept, in bytes; the default grows to 64 MiB at most.
_KEPT_BYTES = 200 << 20
#: Larger pieces of memory are mapped one by one. glibc takes no greater value.
_MAPPED_BYTES = 32 << 20


def keep_freed_memory() -> None:
    """Let glibc keep freed memory. Other C libraries have no such parameters, and nothing is done."""
    try:
        set_parameter = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    set_parameter(_M_TRIM_THRESHOLD, _KEPT_BYTES)
    set_parameter(_M_MMAP_THRESHOLD, _MAPPED_BYTES)
