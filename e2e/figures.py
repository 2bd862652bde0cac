"""The figures that the report of the scenario must have."""

from collections.abc import Callable, Mapping

from e2e.truth import Truth

FIGURES: dict[str, Callable[[Truth], float]] = {
    "installations.total": lambda truth: truth.installations,
    # everything happened within one hour of the last day
    "installations.by_class.new": lambda truth: truth.installations,
    "installations.active.1": lambda truth: truth.installations,
    "installations.active.90": lambda truth: truth.installations,
    "environments.total": lambda truth: truth.environments,
    "environments.per_installation.1": lambda truth: _installations_with(truth, 1),
    "environments.per_installation.2": lambda truth: _installations_with(truth, 2),
    "environments.per_installation.3": lambda truth: _installations_with(truth, 3),
    "environments.per_installation.4": lambda truth: _installations_with(truth, 4),
    "environments.per_installation.5+": lambda truth: (
        len(truth.environments_by_installation)
        - sum(_installations_with(truth, count) for count in (1, 2, 3, 4))
    ),
    "environments.single_share.value": lambda truth: (
        _installations_with(truth, 1) / len(truth.environments_by_installation)
    ),
    "opted_out.naive.requests": lambda truth: truth.opted_out_requests / truth.conda_requests,
    # the two sides of each share: one visit without tokens, and one address with one agent
    "opted_out.naive.sessions": lambda truth: 1 / (1 + truth.sessions),
    "opted_out.naive.visitor_days": lambda _: 1 / (1 + 1),
    "installer_downloads.total": lambda truth: truth.installer_downloads,
    "sessions.total": lambda truth: truth.sessions,
    "sessions.without_token": lambda truth: truth.visits_without_token,
    "downloads.total": lambda truth: truth.downloads,
    "accounting.lines": lambda truth: truth.requests,
    "accounting.requests": lambda truth: truth.requests,
    "accounting.other_share": lambda truth: truth.other_requests / truth.requests,
}
"""Each figure of ``report --json`` by its keys, and how it is computed from the truth."""


def figures_of(truth: Truth) -> dict[str, float]:
    """Return all figures of the scenario, by name."""
    return {name: compute(truth) for name, compute in FIGURES.items()}


def figure_in(report: Mapping[str, object], name: str) -> object:
    """Return the value in a report at the keys of ``name``.

    Raises:
        KeyError: the report has no such key.
    """
    value: object = report
    for key in name.split("."):
        if not isinstance(value, Mapping):
            raise KeyError(name)
        value = value[key]
    return value


def _installations_with(truth: Truth, environments: int) -> int:
    return sum(count == environments for count in truth.environments_by_installation.values())
