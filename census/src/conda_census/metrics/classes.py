"""Classes of installations: lasting, throw-away, baked into an image, or too new."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import ibis
from ibis.expr.types import StringValue, Table

__all__ = ["CLASSES", "ClassRules", "InstallationClass", "baked", "class_of", "copied"]

InstallationClass = Literal["lasting", "ephemeral", "image", "new"]

#: In display order.
CLASSES: tuple[InstallationClass, ...] = ("lasting", "ephemeral", "image", "new")


@dataclass(frozen=True)
class ClassRules:
    """Bounds between the classes.

    Attributes:
        image_installations: an environment token seen under at least this many installations was copied.
        brief_s: an installation was seen only for a moment if all its sessions lie within this many seconds.
        new_days: an installation first seen within this many days, counting the last day of the window, may
            still come back.
    """

    image_installations: int = 3
    brief_s: int = 3600
    new_days: int = 7


def class_of(installations: Table, until: date, rules: ClassRules) -> StringValue:
    """Return the class of each row from its ``is_baked``, ``first_time``, ``last_time`` and ``first_day``.

    The class depends on everything that was seen up to ``until``, also before the window: an installation
    that was seen last year and today is not new, however short the window is.
    """
    moment = ibis.interval(seconds=rules.brief_s)
    brief = installations.last_time <= installations.first_time + moment
    # Compare days, so that "within the last 7 days" is the same 7 days as in "active in the last 7 days".
    recent = installations.first_day > until - timedelta(days=rules.new_days)
    return ibis.cases(
        (installations.is_baked, "image"),
        (brief & recent, "new"),
        (brief, "ephemeral"),
        else_="lasting",
    )


def baked(pairs: Table, rules: ClassRules) -> Table:
    """Return rows of (client): those with an environment token that too many installations have.

    One copied environment is enough: every container of an image sends the tokens of the image, whatever else
    it creates. ``pairs`` has one row for each pair of client and environment.
    """
    known = _known(pairs)
    return known.semi_join(copied(pairs, rules), "environment").select("client").distinct()


def copied(pairs: Table, rules: ClassRules) -> Table:
    """Return rows of (environment): tokens of too many installations. ``pairs`` as in :func:`baked`."""
    known = _known(pairs)
    counted = known.group_by("environment").aggregate(installations=known.count())
    return counted.filter(counted.installations >= rules.image_installations).select("environment")


def _known(pairs: Table) -> Table:
    return pairs.filter(pairs.environment.notnull()).select("client", "environment")
