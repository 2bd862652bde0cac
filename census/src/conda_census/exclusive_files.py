"""How does a file come into being whole, and by one process only?"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

__all__ = ["create_exclusively"]


def create_exclusively(
    path: Path, content: bytes, mode: int = 0o644, draft_folder: Path | None = None
) -> bool:
    """Put a file in place with all its content at once; false where there was one before.

    Nobody ever sees a part of it: it is written to a draft, beside its place or in ``draft_folder`` on the
    same file system, and then linked to its place, which only one of several processes can do. A process
    that is killed may leave its draft.

    Raises:
        OSError: the folder cannot be made or written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = (draft_folder or path.parent) / f".{path.name}.{secrets.token_hex(8)}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
            return True
        return False
    finally:
        draft.unlink()
