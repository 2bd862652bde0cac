"""The small lake of these tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from census_support.lakes.small_lake import SmallLake


@pytest.fixture
def lake(tmp_path: Path) -> SmallLake:
    """An empty lake in a folder whose name needs quoting."""
    return SmallLake(tmp_path / "it's a lake")
