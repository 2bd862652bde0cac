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

from conda_census.exposure.concerned import COPIED, UNIT, Concerned
from conda_census.exposure.exposed import is_active
from conda_census.exposure.inventory import PACKAGE_OF_UNIT

__all__ = ["at_risk"]

_UNIT_OF_ADVISORY = ("advisory", *UNIT)


def at_risk(known: Concerned, fixes: Table) -> Table:
    """Rows: one for each unit that ever was at risk up to ``known.as_of``, and each advisory.

    advisory, installation (pseudonym, of a copied token its own), class, is_prevalent, entry, event (null
    without one), last_visit, fix (null where none was seen). The last four are days since the disclosure, so
    that day 1 is the day after it. A unit is at risk from the end of day ``entry``. ``fix`` is the day on
    which a fixed build was first seen in a channel and subdir that the unit took an affected one from;
    ``fixes`` is the table of ``judged.first_fixes``.

    Of several packages the first to be affected gives the entry, and the last to be healed the event.
    """
    days = _disclosures(known)
    rows = known.own.inner_join(days, "advisory")
    histories = _histories(rows).left_join(_seen(known, days), _UNIT_OF_ADVISORY, rname="{name}_seen")
    entered = _entered(histories)
    healed = _healed(entered, rows)
    packages = entered.left_join(healed, PACKAGE_OF_UNIT, rname="{name}_healed")
    packages = packages.left_join(_fixes(rows, known, fixes), PACKAGE_OF_UNIT, rname="{name}_fix")
    return _by_unit(packages)


def _disclosures(known: Concerned) -> Table:
    return known.judged.builds.select("advisory", "disclosed").distinct()


def _histories(rows: Table) -> Table:
    """Rows: a package of a unit each, with its own downloads until the disclosure and after."""
    before = rows.day <= rows.disclosed
    return rows.group_by(*PACKAGE_OF_UNIT, "class", "disclosed").aggregate(
        affected_before=rows.time.max(where=before & rows.affected),
        unaffected_before=rows.time.max(where=before & ~rows.affected),
        affected_after=rows.time.min(where=~before & rows.affected),
        affected_day=rows.day.min(where=~before & rows.affected),
        unaffected_day=rows.day.min(where=~before & ~rows.affected),
    )


def _seen(known: Concerned, days: Table) -> Table:
    """Rows: a unit that got an affected build each; its visits at the disclosure, next and last."""
    holders = known.own.filter(known.own.affected).select(_UNIT_OF_ADVISORY).distinct()
    rows = known.days.inner_join(holders, UNIT).inner_join(days, "advisory")
    before = rows.day <= rows.disclosed
    return rows.group_by(_UNIT_OF_ADVISORY).aggregate(
        seen_before=rows.day.max(where=before),
        seen_after=rows.day.min(where=~before),
        last_day=rows.day.max(),
    )


def _entered(histories: Table) -> Table:
    """The histories of those who ever were at risk, with ``is_prevalent``, ``is_returned`` and ``start``."""
    later = histories.affected_before >= histories.unaffected_before
    held = histories.affected_before.notnull() & (histories.unaffected_before.isnull() | later)
    active = is_active(histories.seen_before, histories.disclosed)
    in_time = histories.unaffected_day.isnull() | (histories.unaffected_day > histories.seen_after)
    is_prevalent = (held & active).fill_null(False)
    is_returned = (held & ~is_prevalent & histories.seen_after.notnull() & in_time).fill_null(False)
    start = ibis.cases(
        (is_prevalent, histories.disclosed),
        (is_returned, histories.seen_after),
        else_=histories.affected_day,
    )
    marked = histories.mutate(is_prevalent=is_prevalent, is_returned=is_returned, start=start)
    return marked.filter(marked.start.notnull())


def _healed(entered: Table, rows: Table) -> Table:
    """Rows: a package of a unit each that was healed, with ``event``, the day."""
    starts = entered.select(*PACKAGE_OF_UNIT, "is_prevalent", "is_returned", "affected_after")
    unaffected = rows.filter(~rows.affected, rows.day > rows.disclosed)
    both = unaffected.inner_join(starts, PACKAGE_OF_UNIT)
    after = both.filter(both.is_prevalent | both.is_returned | (both.time > both.affected_after))
    return after.group_by(PACKAGE_OF_UNIT).aggregate(event=after.day.min())


def _fixes(rows: Table, known: Concerned, fixes: Table) -> Table:
    """Rows: a package of a unit each, with ``fix``, the day."""
    places = known.judged.builds.select("number", "channel", "subdir")
    taken = rows.filter(rows.affected).select(*PACKAGE_OF_UNIT, "number").distinct()
    where = taken.inner_join(places, "number")
    days = fixes.select("advisory", "name", "channel", "subdir", fix="day")
    found = where.inner_join(days, ["advisory", "name", "channel", "subdir"])
    return found.group_by(PACKAGE_OF_UNIT).aggregate(fix=found.fix.min())


def _by_unit(packages: Table) -> Table:
    # Who enters by a download may heal on the same day; who came back and healed then never entered.
    by_download = ~packages.is_prevalent & ~packages.is_returned
    entry = _days(packages, "start") - by_download.cast("int32")
    rows = packages.select(
        *_UNIT_OF_ADVISORY,
        "class",
        "is_prevalent",
        entry=entry,
        event=_days(packages, "event"),
        last_visit=_days(packages, "last_day"),
        fix=_days(packages, "fix"),
    )
    found = rows.group_by(*_UNIT_OF_ADVISORY, "class").aggregate(
        is_prevalent=rows.is_prevalent.any(),
        entry=rows.entry.min(),
        event=rows.event.max(),
        is_healed=rows.event.notnull().all(),
        last_visit=rows.last_visit.max(),
        fix=rows.fix.max(),
    )
    installation = (found.owner == ibis.literal(COPIED)).ifelse(found.environment, found.owner)
    return found.select(
        "advisory",
        "class",
        "is_prevalent",
        "entry",
        "last_visit",
        "fix",
        installation=installation,
        event=found.is_healed.ifelse(found.event, ibis.null("int32")),
    )


def _days(packages: Table, column: str) -> IntegerValue:
    """From the disclosure to a day."""
    return packages[column].delta(packages.disclosed, unit="day").cast("int32")
