"""How many installations are looked at, where to look at all of them would take minutes?

A pseudonym is evenly spread chance, so the installations whose pseudonym lies below a bound are a random
sample of all, the same on every day, in every table and in every run. What is counted among them is
multiplied. Those who opted out have no pseudonym but that of their network, so for the opted-out share
networks are sampled instead.

A count of n among the sampled installations, each with y of what is counted, has the standard error
sqrt(k (k - 1) sum(y^2)) when it is multiplied by k: Horvitz and Thompson, JASA 47 (1952), for a sample where
each is drawn by itself with the chance 1/k.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt
from statistics import NormalDist

import ibis
from ibis.expr.types import BooleanValue, Table

from conda_census.engines.tables import LakeTables
from conda_census.lake.panel import PANEL_ONE_IN, pseudonyms_below
from conda_census.metrics.counts import counts
from conda_census.metrics.window import Window

__all__ = ["ALL", "SAMPLES", "Sample", "choose_sample"]

#: What there is to choose from: all, or one in so many.
SAMPLES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
#: With more sessions than these, a sample is taken. All of them take up to a minute.
_MANY_SESSIONS = 10_000_000


@dataclass(frozen=True)
class Sample:
    """One installation in ``one_in``; 1 stands for all."""

    one_in: int = 1

    def of_installations(self, tables: LakeTables) -> LakeTables:
        """The same tables with the sessions and downloads of the sample.

        Sessions that name no installation are sampled by themselves; downloads that name none are left out.
        """
        if self.one_in == 1:
            return tables
        sessions, downloads = tables.sessions, tables.downloads
        # Two filters that files are chosen by, which one with "or" is not.
        named = sessions.filter(self._takes(sessions, "client"))
        unnamed = sessions.filter(sessions.client.isnull(), self._takes(sessions, "session"))
        return replace(
            tables,
            sessions=named.union(unnamed),
            downloads=downloads.filter(self._takes(downloads, "client")),
        )

    def of_networks(self, tables: LakeTables) -> LakeTables:
        """The same tables with the sessions from the sampled networks."""
        if self.one_in == 1:
            return tables
        return replace(tables, sessions=tables.sessions.filter(self._takes(tables.sessions, "network")))

    def times(self, number: int) -> int:
        """What ``number`` in the sample stands for."""
        return number * self.one_in

    def margin(self, squares: int, confidence: float = 0.95) -> float:
        """Half the length of the interval of a count that was multiplied.

        ``squares``: the sum, over the sampled installations, of the square of what each adds to the count.
        """
        z = NormalDist().inv_cdf((1 + confidence) / 2)
        return z * sqrt(self.one_in * (self.one_in - 1) * squares)

    def _takes(self, table: Table, column: str) -> BooleanValue:
        return table[column] < ibis.literal(pseudonyms_below(self.one_in), type="binary")


ALL = Sample()


def choose_sample(tables: LakeTables, window: Window) -> Sample:
    """All installations, or where the lake is very large, so many that a report takes some seconds."""
    if window.until is None:
        return ALL
    sessions = tables.sessions.filter(tables.sessions.day <= window.until)
    many = counts(sessions.aggregate(number=sessions.count()))["number"] > _MANY_SESSIONS
    return Sample(PANEL_ONE_IN) if many else ALL
