"""What does an environment hold? Of each package the build that it downloaded last."""

from __future__ import annotations

from ibis.expr.types import Table

from conda_census.exposure.study_population import UNIT, StudyPopulation

__all__ = ["PACKAGE_OF_UNIT", "holdings", "inventory"]

#: The columns that name one package in one unit, as one advisory sees it.
PACKAGE_OF_UNIT = ("advisory", "name", *UNIT)


def inventory(known: StudyPopulation) -> Table:
    """Rows: advisory, name, environment, owner, class; channel, subdir, version, build, affected.

    The build of each unit's latest own download, for the units of installations that ever downloaded an
    affected one, and of those with which they share a token. Of several in the same moment it is the one of
    the highest number in ``matches``, so that an affected one comes first.
    """
    own = known.own
    latest = own.group_by(PACKAGE_OF_UNIT).aggregate(time=own.time.max())
    last = own.inner_join(latest, [*PACKAGE_OF_UNIT, "time"])
    held = last.group_by(*PACKAGE_OF_UNIT, "class").aggregate(number=last.number.max())
    builds = known.matches.builds.select("number", "channel", "subdir", "version", "build", "affected")
    return held.inner_join(builds, "number").drop("number")


def holdings(known: StudyPopulation) -> Table:
    """Rows: advisory, name, channel, subdir, version, build, affected, class, units: how many hold it."""
    held = inventory(known)
    keys = ("advisory", "name", "channel", "subdir", "version", "build", "affected", "class")
    return held.group_by(*keys).aggregate(units=held.count()).order_by(*keys)
