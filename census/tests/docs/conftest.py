from __future__ import annotations

from pathlib import Path

import pytest

from census_support.processes.census_process import CensusProcess


@pytest.fixture
def census(tmp_path: Path) -> CensusProcess:
    """``conda-census`` in an empty folder with an empty home."""
    return CensusProcess(tmp_path)
