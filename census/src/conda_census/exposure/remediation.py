"""Who was at risk since the disclosure, from which day on, and when did they move to an unaffected build?

A unit enters on one of three days, each known from what was seen up to it, never from what came later:

- at the disclosure, when it is active and its latest own download is affected: *prevalent*;
- on the day of its first affected download after the disclosure: *incident*;
- on the day on which it is first seen again after the disclosure, when it held an affected build then but had
  not been seen for so long that it was not active: *incident*, for until then nobody could have counted it.
  Did it fetch an unaffected build on that very day, it was never seen exposed.

Its event is its first own download of an unaffected build afterwards. Silence is no event.
"""

from __future__ import annotations

import ibis
from ibis.expr.types import IntegerValue, Table

from conda_census.exposure.exposed_environments import is_active
from conda_census.exposure.study_population import (
    PACKAGE_OF_UNIT,
    UNIT,
    StudyPopulation,
    holds_affected,
    installation_of_unit,
)

__all__ = ["find_cohorts"]

_UNIT_OF_ADVISORY = ("advisory", *UNIT)


def find_cohorts(known: StudyPopulation, fixes: Table) -> Table:
    """Rows: one for each unit that ever was at risk up to ``known.as_of``, and each advisory.

    advisory, installation (pseudonym, of a copied token its own), class, is_prevalent, entry, event (null
    without one), last_visit, fix (null where none was seen), weight (of ``StudyPopulation.units``). The four
    before it are days since the disclosure, so that day 1 is the day after it. A unit is at risk from the
    end of day ``entry``. ``fix`` is the day on which a fixed build was first seen in a channel and subdir
    that the unit took an affected one from; ``fixes`` is the table of ``matches.find_first_fixes``.

    Of several packages the first to be affected gives the entry, and the last to be healed the event.
    """
    seen = _seen(known)
    histories = _histories(_downloads(known, fixes)).left_join(seen, _UNIT_OF_ADVISORY, rname="{name}_seen")
    return _by_unit(_entered(histories))


def _downloads(known: StudyPopulation, fixes: Table) -> Table:
    """The downloads of units, each with ``disclosed``, ``first_affected`` and ``fix``, the day.

    ``first_affected`` is when the unit first got an affected build of this package after the disclosure.
    """
    own = known.own.inner_join(_fix_of_build(known, fixes), "number", rname="{name}_of_build")
    after = own.affected & (own.day > own.disclosed)
    together = ibis.window(group_by=PACKAGE_OF_UNIT)
    return own.mutate(first_affected=own.time.min(where=after).over(together))


def _fix_of_build(known: StudyPopulation, fixes: Table) -> Table:
    """Rows: number, disclosed, fix (when a fix was first seen in the channel and subdir of this build)."""
    place = ["advisory", "name", "channel", "subdir"]
    days = fixes.select(*place, fix="day")
    builds = known.matches.builds.select("number", "disclosed", *place)
    return builds.left_join(days, place, rname="{name}_of_fix").select("number", "disclosed", "fix")


def _histories(rows: Table) -> Table:
    """Rows: a package of a unit each, with its own downloads up to the disclosure and after it."""
    before = rows.day <= rows.disclosed
    later = ~before & ~rows.affected
    return rows.group_by(*PACKAGE_OF_UNIT, "class", "disclosed").aggregate(
        affected_before=rows.time.max(where=before & rows.affected),
        unaffected_before=rows.time.max(where=before & ~rows.affected),
        affected_day=rows.day.min(where=~before & rows.affected),
        unaffected_day=rows.day.min(where=later),
        unaffected_again_day=rows.day.min(where=later & (rows.time > rows.first_affected)),
        fix=rows.fix.min(where=rows.affected),
        weight=rows.weight.max(),
    )


def _seen(known: StudyPopulation) -> Table:
    """Rows: a unit that got an affected build each; its visits at the disclosure, next and last."""
    holders = known.own.filter(known.own.affected).select(_UNIT_OF_ADVISORY).distinct()
    days = known.matches.builds.select("advisory", "disclosed").distinct()
    rows = known.days.inner_join(holders, UNIT).inner_join(days, "advisory")
    before = rows.day <= rows.disclosed
    return rows.group_by(_UNIT_OF_ADVISORY).aggregate(
        seen_before=rows.day.max(where=before),
        seen_after=rows.day.min(where=~before),
        last_day=rows.day.max(),
    )


def _entered(histories: Table) -> Table:
    """Those who ever were at risk: with ``is_prevalent``, ``entry`` and ``event``, the days."""
    held = holds_affected(histories.affected_before, histories.unaffected_before)
    active = is_active(histories.seen_before, histories.disclosed)
    in_time = histories.unaffected_day.isnull() | (histories.unaffected_day > histories.seen_after)
    is_prevalent = (held & active).fill_null(False)
    is_returned = (held & ~is_prevalent & histories.seen_after.notnull() & in_time).fill_null(False)
    # Who enters by a download may heal on the same day, so it enters on the day before.
    entry = ibis.cases(
        (is_prevalent, ibis.literal(0, "int32")),
        (is_returned, _days(histories, "seen_after")),
        else_=_days(histories, "affected_day") - ibis.literal(1, "int32"),
    )
    event = (is_prevalent | is_returned).ifelse(
        _days(histories, "unaffected_day"), _days(histories, "unaffected_again_day")
    )
    marked = histories.mutate(is_prevalent=is_prevalent, entry=entry.cast("int32"), event=event)
    return marked.filter(marked.entry.notnull())


def _by_unit(packages: Table) -> Table:
    rows = packages.mutate(last_visit=_days(packages, "last_day"), fix=_days(packages, "fix"))
    found = rows.group_by(*_UNIT_OF_ADVISORY, "class").aggregate(
        is_prevalent=rows.is_prevalent.any(),
        entry=rows.entry.min(),
        event=rows.event.max(),
        is_healed=rows.event.notnull().all(),
        last_visit=rows.last_visit.max(),
        fix=rows.fix.max(),
        weight=rows.weight.max(),
    )
    return found.select(
        "advisory",
        "class",
        "is_prevalent",
        "entry",
        "last_visit",
        "fix",
        "weight",
        installation=installation_of_unit(found),
        event=found.is_healed.ifelse(found.event, ibis.null("int32")),
    )


def _days(packages: Table, column: str) -> IntegerValue:
    """From the disclosure to a day."""
    return packages[column].delta(packages.disclosed, unit="day").cast("int32")
