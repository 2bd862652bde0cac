"""Installations, one row each: when seen, number of environments, class."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
from ibis.expr.types import BooleanValue, IntegerValue, Table

from conda_census.metrics.classes import ClassRules, baked, class_of
from conda_census.metrics.coverage.window import Window

__all__ = ["WEEKS_KEPT", "environment_pairs", "last_sunday", "population", "weeks_back"]

#: This many weeks fit into the bits of ``weeks``.
WEEKS_KEPT = 60
_DAYS_OF_WEEK = 7
_DEFAULT_RULES = ClassRules()


@ibis.udf.agg.builtin(name="bit_or")  # type: ignore[untyped-decorator]
def bit_or(bits: int) -> int:  # type: ignore[empty-body]
    """Call the engine's own function. DuckDB and Spark share its name, and Ibis knows only DuckDB's."""


def population(sessions: Table, window: Window, rules: ClassRules = _DEFAULT_RULES) -> Table:
    """Return the installations seen up to the end of the window, also those not seen in it.

    The columns are client; first_day, last_day (of the first and last session), first_time, last_time;
    environments (number of its environments in the window); weeks (bit k: it was seen k calendar weeks before
    the window's last); is_baked; class. Pass all ``sessions``, not only those of the window: the first day of
    an installation does not depend on the window.

    This is the only pass over all sessions, which all questions about installations share. It costs a
    grouping by (client, environment), and one by environment to find the copied tokens.
    """
    since, until = window.since or date.min, window.until or date.max
    pairs = _pairs(sessions, until)
    counted = _is_counted(pairs, since)
    found = pairs.group_by("client").aggregate(
        first_day=pairs.first_day.min(),
        last_day=pairs.last_day.max(),
        first_time=pairs.first_time.min(),
        last_time=pairs.last_time.max(),
        environments=pairs.count(where=counted),
        weeks=bit_or(pairs.weeks),
    )
    copies = baked(pairs, rules).select(baked_client="client")
    marked = found.left_join(copies, found.client == copies.baked_client)
    installations = marked.mutate(is_baked=marked.baked_client.notnull()).drop("baked_client")
    return installations.mutate(**{"class": class_of(installations, until, rules)})


def environment_pairs(sessions: Table, window: Window) -> Table:
    """Return rows of (client, environment, first_day, last_day, …) that ``population`` counts."""
    pairs = _pairs(sessions, window.until or date.max)
    return pairs.filter(_is_counted(pairs, window.since or date.min)).drop("weeks")


def _is_counted(pairs: Table, since: date) -> BooleanValue:
    is_counted: BooleanValue = pairs.environment.notnull() & (pairs.last_day >= since)
    return is_counted


def weeks_back(table: Table, column: str, until: date) -> IntegerValue:
    """Return the number of calendar weeks, Monday to Sunday, between a day and that of ``until``."""
    return (ibis.literal(last_sunday(until)).delta(table[column], unit="day") // _DAYS_OF_WEEK).cast("int32")


def last_sunday(until: date) -> date:
    """Return the Sunday that ends the calendar week of ``until``."""
    if until == date.max:
        return until
    return until + timedelta(days=_DAYS_OF_WEEK - 1 - until.weekday())


def _pairs(sessions: Table, until: date) -> Table:
    """Return rows of (client, environment (null for sessions without one), when seen, in which weeks)."""
    seen = sessions.filter(sessions.client.notnull(), sessions.day <= until)
    back = weeks_back(seen, "day", until)
    # Cast the literal explicitly: Spark would shift a plain 1 within 32 bits.
    bit = ibis.literal(1).cast("int64") << ibis.least(back, WEEKS_KEPT)
    rows = seen.select("client", "environment", "day", "first_time", "last_time", bit=bit)
    return rows.group_by("client", "environment").aggregate(
        first_day=rows.day.min(),
        last_day=rows.day.max(),
        first_time=rows.first_time.min(),
        last_time=rows.last_time.max(),
        weeks=bit_or(rows.bit),
    )
