"""Arrow without pandas, which it otherwise imports as soon as it meets an array of numpy: 0.3 seconds."""

from __future__ import annotations

import sys

__all__ = ["let_arrow_do_without_pandas"]


class _NoPandas:
    """A finder of modules that has no pandas."""

    @staticmethod
    def find_spec(name: str, _path: object = None, _target: object = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError(name=name)


def let_arrow_do_without_pandas() -> None:
    """Make Arrow look for pandas now, both ways, find none, and not look again in this process.

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
