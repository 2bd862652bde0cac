"""Is a day at the end of the calendar told in one line, whichever command and option takes it?"""

from __future__ import annotations

from pathlib import Path

import pytest

from census_support.lakes.exposed_lake import ADVISORY, exposed_lake
from census_support.processes.census_process import CensusProcess

_FIRST, _LAST = "0001-01-01", "9999-12-31"
_TAKE_A_WINDOW = (["report"], ["sql", "select 1"], ["sources"], ["export", "--condastats", "out"])
_FAR_WINDOWS = (
    ["--since", _FIRST],
    ["--until", _LAST],
    ["--until", "2924-03-01"],
)
_ASKS = [
    *([*command, *days] for command in _TAKE_A_WINDOW for days in _FAR_WINDOWS),
    *(
        [*command, "--as-of", day]
        for command in (["exposure", ADVISORY], ["exposures"])
        for day in (_FIRST, _LAST)
    ),
    *(["exposure", ADVISORY, "--disclosed", day] for day in (_FIRST, "1994-12-31", "2924-03-01", _LAST)),
]


@pytest.fixture(scope="module")
def january(tmp_path_factory: pytest.TempPathFactory) -> CensusProcess:
    """A lake of January; nothing here changes it."""
    return exposed_lake(tmp_path_factory.mktemp("january"))


@pytest.mark.parametrize("arguments", _ASKS, ids=" ".join)
def test_a_far_day_is_told_with_the_days_that_there_are(arguments: list[str], january: CensusProcess) -> None:
    """A year with a typing error ended as a mistake of the census, or never."""
    done = january(*arguments)

    assert (done.returncode, done.stdout) == (1, "")
    [line] = done.stderr.splitlines()
    assert line.startswith("conda-census: ")
    assert "2024-01-01 to 2024-01-25: choose" in line


@pytest.mark.parametrize("disclosed", ["1995-01-01", "2024-01-26", "2025-01-25"])
def test_a_disclosure_long_ago_or_soon_is_none_that_is_far(disclosed: str, january: CensusProcess) -> None:
    """Advisories may be older than the first log, and a disclosure may be planned."""
    done = january("exposure", ADVISORY, "--disclosed", disclosed, "--json")

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("since", [_FIRST, "1994-12-31", "9998-12-31", _LAST])
def test_logs_of_a_far_day_are_not_simulated(since: str, census: CensusProcess, tmp_path: Path) -> None:
    """No census would read them."""
    done = census("simulate", "--installations", "3", "--days", "2", "--since", since, "--out", "made-up")

    assert done.returncode == 2
    assert "choose a day from 1995-01-01 on" in " ".join(done.stderr.split())
    assert not (tmp_path / "made-up").exists()
