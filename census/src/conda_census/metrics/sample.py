"""Sample of installations, for lakes in which reading all of them would take minutes.

A pseudonym is uniformly random, so the installations with a pseudonym below a bound are a random sample, the
same on every day, in every table and in every run. Counts of the sample are multiplied. Users who opted out
have no pseudonym but that of their network, so networks are sampled for the opted-out share.

A count of n over the sampled installations, each with y of the counted things, has the standard error
sqrt(k (k - 1) sum(y^2)) when it is multiplied by k: Horvitz and Thompson, JASA 47 (1952), for a sample in
which each unit is drawn independently with the chance 1/k.

A copied environment has a class of its own, and so do the installations that have it: ``with_others`` adds
all other installations that have it. It is drawn as soon as one of them is, so it counts with the share of
them that is drawn: Sirken, JASA 65 (1970).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from math import sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING, TypeVar

import ibis
from ibis.expr.types import BooleanValue, Table, Value

from conda_census.engines.lake_tables import LakeTables
from conda_census.lake.sampling_panel import PANEL_ONE_IN, pseudonyms_below
from conda_census.metrics.counts import counts
from conda_census.metrics.coverage.window import Window

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = [
    "ALL",
    "SAMPLES",
    "CountInterval",
    "Sample",
    "SampleCounts",
    "choose_sample",
    "count_tokens",
    "fitting",
    "more_elsewhere",
]

Number = TypeVar("Number", int, float)
Counted = TypeVar("Counted", bound="DataclassInstance")

#: The possible samples: all, or one in this many.
SAMPLES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
#: With more sessions than this, a sample is taken. Reading all of them takes up to a minute.
_MANY_SESSIONS = 10_000_000
#: Then the sample has at most this many.
_SAMPLED_SESSIONS = 800_000


@dataclass(frozen=True)
class Sample:
    """One installation in ``one_in``; 1 means all."""

    one_in: int = 1

    def of_installations(self, tables: LakeTables) -> LakeTables:
        """Return the same tables with the sessions and downloads of the sample.

        Sessions that name no installation are sampled separately. Downloads that name none are left out.
        """
        if self.one_in == 1:
            return tables
        sessions, downloads = tables.sessions, tables.downloads
        # Two filters can select files; one filter with "or" cannot.
        named = sessions.filter(self.takes(sessions.client))
        unnamed = sessions.filter(sessions.client.isnull(), self.takes(sessions.session))
        return replace(
            tables,
            sessions=named.union(unnamed),
            downloads=downloads.filter(self.takes(downloads.client)),
        )

    @contextmanager
    def with_others(self, tables: LakeTables) -> Iterator[LakeTables]:
        """Yield the tables of ``of_installations`` and the rows of others with the same environment tokens.

        A token and its contents can be judged only from all installations that have it.
        """
        if self.one_in == 1:
            yield tables
            return
        sessions, downloads = tables.sessions, tables.downloads
        others = sessions.filter(~self.takes(sessions.client))
        with (
            tables.keep(count_tokens(sessions.filter(self.takes(sessions.client)))) as tokens,
            tables.keep(more_elsewhere(tokens, sessions)) as shared,
            # Usually there are none, and an engine that sees this reads nothing.
            tables.keep(others.semi_join(shared, "environment")) as of_others,
        ):
            some = self.of_installations(tables)
            fetched = downloads.filter(~self.takes(downloads.client)).semi_join(shared, "environment")
            yield replace(
                some, sessions=some.sessions.union(of_others), downloads=some.downloads.union(fetched)
            )

    def of_networks(self, tables: LakeTables) -> LakeTables:
        """Return the same tables with the sessions from the sampled networks."""
        if self.one_in == 1:
            return tables
        return replace(tables, sessions=tables.sessions.filter(self.takes(tables.sessions.network)))

    def times(self, number: Number) -> Number:
        """Scale ``number`` in the sample up to all."""
        return number * self.one_in

    def scale(self, counted: Counted, *names: str) -> Counted:
        """Return what was counted, with the fields of these names scaled from the sample up to all."""
        return replace(counted, **{name: self.times(getattr(counted, name)) for name in names})

    def margin(self, squares: float, confidence: float = 0.95) -> float:
        """Return half the width of the interval of a multiplied count.

        ``squares``: the sum, over the sampled installations, of the square of what each adds to the count.
        """
        z = NormalDist().inv_cdf((1 + confidence) / 2)
        return z * sqrt(self.one_in * (self.one_in - 1) * squares)

    def takes(self, pseudonym: Value) -> BooleanValue:
        """Return whether this pseudonym is in the sample. Not for the sample of all installations."""
        taken: BooleanValue = pseudonym < ibis.literal(pseudonyms_below(self.one_in), type="binary")
        return taken


ALL = Sample()


@dataclass(frozen=True)
class CountInterval:
    """95 % interval of a count.

    Attributes:
        low: Lower end.
        high: Upper end.
    """

    low: int
    high: int


@dataclass(frozen=True)
class SampleCounts:
    """Sample that counts of installations and environments rest on.

    Attributes:
        one_in: One installation in this many is in the sample, and counts are multiplied by it.
        looked_at: Installations in the sample.
        installations: 95 % interval of the number of installations.
        environments: 95 % interval of the number of environments.
    """

    one_in: int
    looked_at: int
    installations: CountInterval
    environments: CountInterval


def count_tokens(sessions: Table) -> Table:
    """Return rows of (environment, number): for each token in these sessions, how many of them have it."""
    known = sessions.filter(sessions.environment.notnull())
    return known.group_by("environment").aggregate(number=known.count())


def more_elsewhere(tokens: Table, sessions: Table) -> Table:
    """Return rows of (environment): the ``tokens`` that occur more often among all ``sessions``.

    Whether a token was copied can be judged only from all who have it. The count needs only the column of
    tokens, which is half of the work of naming who has them.
    """
    every = count_tokens(sessions.semi_join(tokens, "environment"))
    both = every.inner_join(tokens, "environment", rname="own_{name}")
    return both.filter(both.number > both.own_number).select("environment")


def choose_sample(tables: LakeTables, window: Window) -> Sample:
    """Return all installations, or for a very large lake a sample that makes a report take some seconds."""
    if window.until is None:
        return ALL
    sessions = tables.sessions.filter(tables.sessions.day <= window.until)
    found = counts(sessions.aggregate(number=sessions.count()))["number"]
    return ALL if found <= _MANY_SESSIONS else fitting(found, _SAMPLED_SESSIONS)


def fitting(found: int, most: int, least_one_in: int = PANEL_ONE_IN) -> Sample:
    """Return a sample with at most ``most`` of the rows. By default it has files of its own in the lake."""
    return Sample(
        next((each for each in SAMPLES if each >= least_one_in and found <= most * each), SAMPLES[-1])
    )
