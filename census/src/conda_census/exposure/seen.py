"""Which builds of some packages did anybody download?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ibis.expr.types import Table

from conda_census.exposure.builds import Build

__all__ = ["builds_seen", "distinct_builds", "names_seen"]


def builds_seen(downloads: Table, names: Iterable[str], as_of: date) -> list[Build]:
    """The builds of these packages that were downloaded up to ``as_of``, sorted."""
    rows = distinct_builds(downloads, names, as_of).to_pyarrow().to_pylist()
    # What a path does not say is empty.
    return sorted(
        Build(
            channel=row["channel"] or "",
            subdir=row["subdir"] or "",
            name=row["name"],
            version=row["version"] or "",
            build=row["build"] or "",
            build_number=row["build_number"] or 0,
        )
        for row in rows
    )


def distinct_builds(downloads: Table, names: Iterable[str], as_of: date) -> Table:
    """Rows: channel, subdir, name, version, build, build_number; each build once."""
    named = downloads.filter(downloads.name.isin(sorted(set(names))), downloads.day <= as_of)
    return named.select(*Build._fields).distinct()


def names_seen(downloads: Table, as_of: date) -> list[str]:
    """The names of all packages that were downloaded up to ``as_of``, sorted."""
    rows = downloads.filter(downloads.day <= as_of).select("name").distinct().to_pyarrow()
    return sorted(name for name in rows["name"].to_pylist() if name is not None)
