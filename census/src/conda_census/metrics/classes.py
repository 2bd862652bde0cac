"""What kind of installation is it: lasting, throw-away, baked into an image, or too new to tell?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import ibis
from ibis.expr.types import StringValue, Table

__all__ = ["CLASSES", "ClassRules", "InstallationClass", "baked", "class_of", "copied"]

InstallationClass = Literal["lasting", "ephemeral", "image", "new"]

#: In the order in which they are shown.
CLASSES: tuple[InstallationClass, ...] = ("lasting", "ephemeral", "image", "new")


@dataclass(frozen=True)
class ClassRules:
    """Where one class ends and the next begins.

    Attributes:
        image_installations: an environment token that is seen under so many installations was copied.
        brief_s: an installation whose sessions all lie within so many seconds was seen for a moment only.
        new_days: one that was first seen within so many days, the last of the window among them, may come
            back yet.
    """

    image_installations: int = 3
    brief_s: int = 3600
    new_days: int = 7


def class_of(installations: Table, until: date, rules: ClassRules) -> StringValue:
    """The class of each row by its ``is_baked``, ``first_time``, ``last_time`` and ``first_day``.

    All is judged by what was seen up to ``until``, also before the window: who was there last year and today
    is not new, however short the window is.
    """
    moment = ibis.interval(seconds=rules.brief_s)
    brief = installations.last_time <= installations.first_time + moment
    # By days, so that "within the last 7 days" is the same 7 days as in "active in the last 7 days".
    recent = installations.first_day > until - timedelta(days=rules.new_days)
    return ibis.cases(
        (installations.is_baked, "image"),
        (brief & recent, "new"),
        (brief, "ephemeral"),
        else_="lasting",
    )


def baked(pairs: Table, rules: ClassRules) -> Table:
    """Rows: client. Those with an environment token that too many installations have.

    One copied environment is enough: the tokens of an image come with each of its containers, whatever else
    a container makes. ``pairs`` has one row for each pair of client and environment.
    """
    known = _known(pairs)
    return known.semi_join(copied(pairs, rules), "environment").select("client").distinct()


def copied(pairs: Table, rules: ClassRules) -> Table:
    """Rows: environment. The tokens that too many installations have; ``pairs`` as for :func:`baked`."""
    known = _known(pairs)
    counted = known.group_by("environment").aggregate(installations=known.count())
    return counted.filter(counted.installations >= rules.image_installations).select("environment")


def _known(pairs: Table) -> Table:
    return pairs.filter(pairs.environment.notnull()).select("client", "environment")
