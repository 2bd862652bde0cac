"""Severity of an advisory: by its CVSS vectors, or by the word of its database."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, get_args

from cvss import CVSS2, CVSS3, CVSS4, CVSSError

from conda_census.vulnerabilities.input_fields import Field, FieldError

__all__ = ["SEVERITIES", "Severity", "severity_of", "worst"]

Severity = Literal["unknown", "none", "low", "medium", "high", "critical"]

#: In ascending order, after unknown.
SEVERITIES: tuple[Severity, ...] = get_args(Severity)

#: The newest first: the newest rating of a record counts.
_KINDS = ("CVSS_V4", "CVSS_V3", "CVSS_V2")
_WORDS: dict[str, Severity] = {"moderate": "medium", "important": "high"}


def severity_of(ratings: Iterable[Field], database_specific: Field) -> Severity:
    """Return the severity of a record: the worst vector of the newest CVSS, else the word of its database.

    An invalid vector is ignored.

    Args:
        ratings: the fields ``severity`` of the record and of its entries.
        database_specific: the field in which GitHub, Bitnami and curl have a word.
    """
    vectors = [
        (vector["type"].text(), vector["score"].text()) for rating in ratings for vector in rating.items()
    ]
    for kind in _KINDS:
        if severities := [_of_vector(vector) for its_kind, vector in vectors if its_kind == kind]:
            return worst(severities)
    try:
        return _of_word(database_specific["severity"].text())
    except FieldError:
        return "unknown"


def worst(severities: Iterable[Severity]) -> Severity:
    """Return the most severe; unknown if there is none."""
    return max(severities, key=SEVERITIES.index, default="unknown")


def _of_vector(vector: str) -> Severity:
    try:
        if vector.startswith("CVSS:4"):
            return _of_word(str(CVSS4(vector).severity))
        return _of_word(str((CVSS3 if vector.startswith("CVSS:3") else CVSS2)(vector).severities()[0]))
    except CVSSError:
        return "unknown"


def _of_word(text: str) -> Severity:
    word = text.strip().lower()
    return next((severity for severity in SEVERITIES if severity == word), _WORDS.get(word, "unknown"))
