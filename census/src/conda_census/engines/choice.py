"""Choice of the engine by its name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

from conda_census.config import DEFAULT_ENGINE
from conda_census.engines.lake_tables import LakeFiles, LakeTables
from conda_census.errors import EngineError
from conda_census.lake.records.doubts import Doubt, read_doubts
from conda_census.lake.records.lost_days import lost_days
from conda_census.lake.records.set_aside import SetAsideSources
from conda_census.lake.store import Lake
from conda_census.settings_file import Hole

__all__ = ["ENGINES", "is_engine", "opened", "with_gaps"]

#: The names that a person may use.
ENGINES = (DEFAULT_ENGINE, "local-spark", "spark://HOST:PORT")
_MASTER = re.compile(r"spark://[\w.-]+:\d{1,5}(,[\w.-]+:\d{1,5})*", re.ASCII)


def is_engine(name: str) -> bool:
    """Return whether there is an engine of this name, installed or not."""
    return name in ENGINES[:2] or bool(_MASTER.fullmatch(name))


def with_gaps(tables: LakeTables, lake: LakeFiles, holes: tuple[Hole, ...] = ()) -> LakeTables:
    """Return ``tables`` with the gaps in their lake, such as lost days and logs in doubt.

    Raises:
        LakeError: the notes on lost days, sources that were set aside, or doubts cannot be read.
    """
    lost, unread, doubts = frozenset[date](), 0, list[Doubt]()
    if isinstance(lake, Lake):  # those of the files that are read: a lost day may be known again meanwhile
        lost = lost_days(lake.path) if lake.lost is None else lake.lost
        unread = SetAsideSources(lake).unread_logs()
        doubts = read_doubts(lake.path)
    return replace(tables, lost_days=lost, holes=holes, unread_logs=unread, doubts=tuple(doubts))


@contextmanager
def opened(lake: LakeFiles, engine: str, holes: tuple[Hole, ...] = ()) -> Iterator[LakeTables]:
    """Open the tables of ``lake`` in their present state, until the context ends.

    ``holes`` are days that are known to have no log.

    Raises:
        EngineError: there is no such engine, or it cannot run.
    """
    if not is_engine(engine):
        raise EngineError(f"{engine}: no engine of the census: choose one of {', '.join(ENGINES)}")
    if engine == DEFAULT_ENGINE:
        from conda_census.engines.duckdb_engine import open_lake

        yield with_gaps(open_lake(lake), lake, holes)
    else:
        with _opened_by_spark(lake, engine) as tables:
            yield with_gaps(tables, lake, holes)


@contextmanager
def _opened_by_spark(lake: LakeFiles, engine: str) -> Iterator[LakeTables]:
    try:
        from conda_census.engines.spark_engine import open_lake
        from conda_census.engines.spark_session import LOCAL, spark_session
    except ModuleNotFoundError as missing:
        raise EngineError(
            f"{engine}: {missing.name} is not installed: pip install 'conda-census[spark]'"
        ) from None
    with spark_session(LOCAL if engine == "local-spark" else engine) as session:
        yield open_lake(lake, session)
