"""How many environments does an installation have?"""

from __future__ import annotations

from dataclasses import dataclass

from ibis.expr.types import Table

from conda_census.metrics.intervals import Estimate, wilson

__all__ = ["MOST_ENVIRONMENTS", "Environments", "count_environments"]

#: Installations with this many environments and more are counted together.
MOST_ENVIRONMENTS = 5


@dataclass(frozen=True)
class Environments:
    """``total`` pairs (environment, installation), and how they spread.

    ``per_installation``: installations by their number of pairs, 5 standing for 5 and more. ``single_share``:
    of the installations with at least one, the share with exactly one.
    """

    total: int
    per_installation: dict[int, int]
    single_share: Estimate


def count_environments(sessions: Table) -> Environments:
    """The environments of the window, and how they spread over the installations."""
    found = environments_per_installation(sessions).to_pyarrow().to_pylist()
    per_installation = dict.fromkeys(range(1, MOST_ENVIRONMENTS + 1), 0)
    per_installation.update({int(row["number"]): int(row["installations"]) for row in found})
    return Environments(
        total=sum(int(row["environments"]) for row in found),
        per_installation=per_installation,
        single_share=wilson(per_installation[1], sum(per_installation.values())),
    )


def environments_per_installation(sessions: Table) -> Table:
    """Rows: number of environments (5: 5 and more), installations with it, their environments."""
    known = sessions.filter(sessions.client.notnull(), sessions.environment.notnull())
    pairs = known.select("client", "environment").distinct()
    by_client = pairs.group_by("client").aggregate(environments=pairs.count())
    numbered = by_client.mutate(
        number=(by_client.environments >= MOST_ENVIRONMENTS).ifelse(MOST_ENVIRONMENTS, by_client.environments)
    )
    return (
        numbered.group_by("number")
        .aggregate(installations=numbered.count(), environments=numbered.environments.sum())
        .order_by("number")
    )
