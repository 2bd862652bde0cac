"""How severe is an advisory? By its CVSS vectors, or by the word that its database has for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, get_args

from cvss import CVSS2, CVSS3, CVSS4, CVSSError

from conda_census.vulnerabilities.input_fields import Field, FieldError

__all__ = ["SEVERITIES", "Severity", "severity_of", "worst"]

Severity = Literal["unknown", "none", "low", "medium", "high", "critical"]

#: From the least severe on, and before them what is not known.
SEVERITIES: tuple[Severity, ...] = get_args(Severity)

#: The newest first: where a record has several, that is what it was rated by last.
_KINDS = ("CVSS_V4", "CVSS_V3", "CVSS_V2")
_WORDS: dict[str, Severity] = {"moderate": "medium", "important": "high"}


def severity_of(ratings: Iterable[Field], database_specific: Field) -> Severity:
    """The severity of a record: the worst of its vectors of the newest CVSS, else what the database says.

    A vector that is none says nothing; the record is as true as it was.

    Args:
        ratings: each ``severity`` of the record and of its entries.
        database_specific: where GitHub, Bitnami and curl have a word for it.
    """
    vectors = [(each["type"].text(), each["score"].text()) for rating in ratings for each in rating.items()]
    for kind in _KINDS:
        if found := [_of_vector(vector) for its_kind, vector in vectors if its_kind == kind]:
            return worst(found)
    try:
        return _of_word(database_specific["severity"].text())
    except FieldError:
        return "unknown"


def worst(severities: Iterable[Severity]) -> Severity:
    """The most severe of them; unknown where there is none."""
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
    return next((each for each in SEVERITIES if each == word), _WORDS.get(word, "unknown"))
