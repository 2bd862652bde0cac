"""What can the census not see of an exposure? Said beside every one of them."""

from __future__ import annotations

from collections.abc import Iterable

from conda_census.vulnerabilities.conda_packages import AUTOMATIC

__all__ = ["list_limitations"]

_ALWAYS = (
    "What came from the package cache is not seen: the low and the high end say what the caches could do.",
    "What came from a mirror or from a file is not seen at all.",
    "Environments of installations without the plug-in, or that opted out, cannot be counted.",
    "What was removed, or installed by pip, is not seen: an environment holds what it last downloaded.",
    "Whether the vulnerable code ever runs is not seen.",
    "A silent environment may be gone, or in use without a change: it is neither exposed nor remediated.",
)
_AUTOMATIC = "{} is updated by conda at every change of an environment: compare its healing only with {}."


def list_limitations(names: Iterable[str]) -> list[str]:
    """Sentences, of an advisory on packages of these names."""
    automatic = sorted(AUTOMATIC.intersection(names))
    return [*_ALWAYS, *(_AUTOMATIC.format(name, _others(name)) for name in automatic)]


def _others(name: str) -> str:
    return " and ".join(sorted(AUTOMATIC - {name}))
