"""Use by the organisations that an operator has named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
from ibis.expr.types import BooleanValue, Table

from conda_census.metrics.counts import counts

__all__ = ["Organization", "count_organizations"]


@dataclass(frozen=True)
class Organization:
    """Use of the token of an organisation that ``census.toml`` names.

    Attributes:
        name: Name of the organisation in ``census.toml``.
        installations: Distinct installations that sent the token.
        sessions: Distinct session tokens that were sent with it.
        downloads: Complete package downloads with the token.
    """

    name: str
    installations: int
    sessions: int
    downloads: int


def count_organizations(
    sessions: Table, downloads: Table, pseudonyms: Mapping[str, bytes]
) -> list[Organization]:
    """Count for each organisation in the order of ``pseudonyms``, which maps each name to its pseudonym.

    An installation that sent the tokens of two organisations counts for both.
    """
    if not pseudonyms:
        return []
    tokens = list(pseudonyms.values())
    seen, fetched = (
        counts(one_row)
        for one_row in (organization_sessions(sessions, tokens), organization_downloads(downloads, tokens))
    )
    return [
        Organization(
            name, seen[f"installations_{place}"], seen[f"sessions_{place}"], fetched[f"downloads_{place}"]
        )
        for place, name in enumerate(pseudonyms)
    ]


def organization_sessions(sessions: Table, tokens: list[bytes]) -> Table:
    """Return one row: installations_0, sessions_0, installations_1, …: one pair for each token."""
    has_token = ~sessions.folded.fill_null(False)
    columns = {}
    for place, token in enumerate(tokens):
        ours = _sent(sessions, token)
        columns[f"installations_{place}"] = sessions.client.nunique(where=ours)
        columns[f"sessions_{place}"] = sessions.session.nunique(where=ours & has_token)
    return sessions.aggregate(**columns)


def organization_downloads(downloads: Table, tokens: list[bytes]) -> Table:
    """Return one row: downloads_0, downloads_1, …: one for each token."""
    return downloads.aggregate(
        **{f"downloads_{place}": _sent(downloads, token).sum() for place, token in enumerate(tokens)}
    )


def _sent(table: Table, token: bytes) -> BooleanValue:
    found: BooleanValue = table.organizations.contains(ibis.literal(token, type="binary"))
    return found.fill_null(False)
