"""Sentences on what days without a log do to the numbers of an exposure."""

from __future__ import annotations

from conda_census.exposure.assessment_schema import ExposureNote
from conda_census.exposure.known_numbers import Knowable, first_of_active_days

__all__ = ["notes_on_activity", "notes_on_healing"]

_LATELY = ("exposed", "by_class", "still_downloaded", "unknown")
_HEALING = ("prevalent", "incident", "upgraded_share", "curve", "incident_curve", "states", "median_days")


def notes_on_activity(knowable: Knowable) -> list[ExposureNote]:
    """Return what they do to the numbers of who is active now; nothing if every day has a log."""
    if not knowable.missing:
        return []
    if not knowable.is_activity_known:
        sentence = (
            f"Not known: {knowable.active_missing} of the 30 days up to {knowable.as_of} "
            f"{_have(knowable.active_missing)} no log."
        )
        lately = [ExposureNote(number=number, note=sentence) for number in _LATELY]
    else:
        lately = [
            ExposureNote(
                number="exposed",
                note="At the most is not known: who took an affected build on a day without a log is not "
                "seen. At the least leaves out those who may have moved on on such a day.",
            ),
            ExposureNote(
                number="by_class", note="Days without a log make lasting installations look ephemeral or new."
            ),
        ]
    return [
        *lately,
        ExposureNote(
            number="fix",
            note="An affected build that was downloaded on days without a log only is not considered.",
        ),
    ]


def notes_on_healing(knowable: Knowable) -> list[ExposureNote]:
    """Return what they do to the numbers of who moved on; nothing if every day that these need has a log."""
    if not knowable.missing:
        return []
    until = knowable.healing_until
    if until is None:
        sentence = (
            f"Not known: {knowable.disclosure_missing} of the 30 days up to the disclosure "
            f"{_have(knowable.disclosure_missing)} no log."
        )
        found = [ExposureNote(number=number, note=sentence) for number in _HEALING]
    elif until < knowable.as_of:
        sentence = f"Known until {until} only: the day after it has no log."
        found = [ExposureNote(number=number, note=sentence) for number in _HEALING]
    else:
        found = []
    if until is not None and min(knowable.missing) < first_of_active_days(knowable.disclosed):
        found.append(
            ExposureNote(
                number="prevalent",
                note="Who took or replaced an affected build before the disclosure, on a day without a log, "
                "is not seen.",
            )
        )
    return [
        *found,
        ExposureNote(
            number="usual_gap_days",
            note="Not known: a visit on a day without a log is not seen.",
        ),
    ]


def _have(number: int) -> str:
    return "has" if number == 1 else "have"
