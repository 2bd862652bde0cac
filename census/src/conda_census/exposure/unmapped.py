"""Of how much can no advisory say anything, because nobody knows which project the package is?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ibis.expr.types import Table

from conda_census.engines.lake_tables import table_in_memory
from conda_census.metrics.counts import counts
from conda_census.metrics.intervals import ratio

__all__ = ["Unmapped", "count_unmapped", "unmapped_counts"]


@dataclass(frozen=True)
class Unmapped:
    """Downloads, and environments (with an installation), in all and of these unknown.

    An environment is unknown in part as soon as it downloaded one package that no map names.
    """

    downloads: int
    unknown_downloads: int
    environments: int
    unknown_environments: int

    @property
    def downloads_share(self) -> float | None:
        """Null where there is no download."""
        return ratio(self.unknown_downloads, self.downloads)

    @property
    def environments_share(self) -> float | None:
        """Null where there is no environment."""
        return ratio(self.unknown_environments, self.environments)


def count_unmapped(downloads: Table, mapped_names: Iterable[str]) -> Unmapped:
    """Of these downloads; ``mapped_names`` are the conda packages whose project is known."""
    return Unmapped(**counts(unmapped_counts(downloads, mapped_names)))


def unmapped_counts(downloads: Table, mapped_names: Iterable[str]) -> Table:
    """One row: downloads, unknown_downloads, environments, unknown_environments."""
    rows = [{"known_name": name} for name in sorted(set(mapped_names))]
    names = table_in_memory(rows, {"known_name": "string"})
    marked = downloads.left_join(names, downloads.name == names.known_name)
    # First one row for each environment of an installation, which are far fewer than downloads.
    pairs = marked.group_by("client", "environment").aggregate(
        downloads=marked.count(), unknown=marked.count(where=marked.known_name.isnull())
    )
    is_unit = pairs.client.notnull() & pairs.environment.notnull()
    return pairs.aggregate(
        downloads=pairs.downloads.sum(),
        unknown_downloads=pairs.unknown.sum(),
        environments=pairs.count(where=is_unit),
        unknown_environments=pairs.count(where=is_unit & (pairs.unknown > 0)),
    )
