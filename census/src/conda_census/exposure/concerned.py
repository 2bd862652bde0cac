"""Which environments could an advisory concern, of which class, and when were they seen?

The unit of exposure is the pair (environment, installation). An environment token that was copied to many
installations is one unit, of class ``image``, for as many of them as there are. A download or a session
without an environment token belongs to no unit; an installation's cache of packages holds what it fetched.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import ibis
from ibis.expr.types import Table

from conda_census.engines.tables import LakeTables
from conda_census.exposure.judged import Judged, own_downloads
from conda_census.metrics.classes import ClassRules, copied
from conda_census.metrics.population import population
from conda_census.metrics.window import Window

__all__ = ["COPIED", "UNIT", "Concerned", "concerned", "units", "visits"]

#: The columns that name a unit. ``owner`` is its installation, and ``COPIED`` where the token was copied.
UNIT = ("environment", "owner")
COPIED = b""
_DEFAULT_RULES = ClassRules()


@dataclass(frozen=True)
class Concerned:
    """What is known of those whom advisories may concern, up to and including the day ``as_of``.

    Attributes:
        own: the table of ``judged.own_downloads``.
        visits: the table of :func:`visits`.
        units: the table of :func:`units`.
    """

    judged: Judged
    as_of: date
    own: Table
    visits: Table
    units: Table


@contextmanager
def concerned(
    tables: LakeTables, judged: Judged, as_of: date, rules: ClassRules = _DEFAULT_RULES
) -> Iterator[Concerned]:
    """What every question about ``judged`` needs, computed once and kept for as long as the context lasts.

    It reads the downloads of these packages and, twice, the columns of the sessions that say who they are.
    """
    with (
        tables.keep(own_downloads(tables.downloads, judged, as_of)) as own,
        tables.keep(visits(tables.sessions, own, as_of)) as seen,
        tables.keep(units(seen, as_of, rules)) as found,
    ):
        yield Concerned(judged, as_of, own, seen, found)


def visits(sessions: Table, own: Table, as_of: date) -> Table:
    """Rows: client, environment (null without one), day, first_time, last_time; a session, or a part, each.

    Those of every installation that downloaded an affected build, and of all that share an environment token
    with one: whether a token was copied is seen only from all who have it.
    """
    known = sessions.filter(sessions.client.notnull(), sessions.day <= as_of)
    rows = known.select("client", "environment", "day", "first_time", "last_time")
    holders = own.filter(own.affected).select("client").distinct()
    theirs = rows.filter(rows.environment.notnull()).semi_join(holders, "client")
    shared = theirs.select("environment").distinct()
    return rows.filter(rows.client.isin(holders.client) | rows.environment.isin(shared.environment))


def units(visits: Table, as_of: date, rules: ClassRules = _DEFAULT_RULES) -> Table:
    """Rows: one for each pair: client, environment, owner, class, last_day (seen), last_began.

    ``last_began`` is when its last session began. The class is that of its installation, and ``image`` for a
    token that was copied. The rows of such a token have the same unit.
    """
    window = Window(None, as_of, None)
    classes = population(visits, window, rules).select("client", "class")
    seen = visits.filter(visits.environment.notnull())
    pairs = seen.group_by("client", "environment").aggregate(
        last_day=seen.day.max(), last_began=seen.first_time.max()
    )
    copies = copied(pairs, rules).select(copied_environment="environment")
    marked = pairs.left_join(copies, pairs.environment == copies.copied_environment)
    is_copied = marked.copied_environment.notnull()
    owned = marked.mutate(owner=is_copied.ifelse(ibis.literal(COPIED), marked.client))
    return owned.inner_join(classes, "client").select(
        "client", "environment", "owner", "class", "last_day", "last_began"
    )
