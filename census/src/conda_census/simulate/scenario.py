"""Scenario of a simulation: number of installations, duration, and what hides the truth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from conda_census.errors import CensusError

__all__ = ["DIALS", "MOST_DISCLOSURES", "PRESETS", "Scenario", "preset"]

#: The dials, each a share.
DIALS = (
    "single", "opted_out", "without_plugin", "shared_addresses", "images", "ci", "clones", "cache_hits",
    "silent", "interrupted", "ranged", "late", "other_clients", "garbage",
)  # fmt: skip

#: The most packages that may be found vulnerable: few more are in wide use.
MOST_DISCLOSURES = 20


@dataclass(frozen=True)
class Scenario:
    """Population and its dials; each dial is a share between 0 and 1, and off at 0.

    Attributes:
        installations: lasting installations in total; containers and throw-away machines are added.
        days: of logs.
        seed: the same seed writes the same bytes.
        since: the first day, UTC.
        single: share of the installations with one environment.
        opted_out: share of the installations with the plug-in that opted out.
        without_plugin: share of the installations without the plug-in.
        shared_addresses: share of the installations behind an address that 50 of them share.
        images: containers that bake an environment token in, as a share of the installations.
        ci: runs a day that throw their tokens away, as a share of the installations.
        clones: share of the environments after an installation's first that were cloned from it by a client
            that copies the token; the current client makes a new one.
        cache_hits: share of the downloads that leave no line.
        silent: share of the environments that send nothing.
        interrupted: share of the downloads that end early once and are begun again: half of them after a part
            of the file has come (200 with fewer bytes), the others before anything has (499 or 000).
        ranged: share of the downloads that come in two pieces.
        late: share of the lines that are in the next day's log.
        other_clients: lines of browsers and crawlers for no package, as a share of the lines.
        garbage: lines that are no request, as a share of the lines.
        activity: sessions after the first of each environment, relative to the usual rhythm, which is 1;
            nobody has more than one a day.
        packages_per_session: packages that a session asks for on average.
        disclosures: packages of the channel that are found vulnerable, each on a day within the window. For
            these the history of every environment is kept, and a download leaves no line only if the package
            cache of the installation has that exact build.
        realistic: whether the population looks like a real one: its installations follow the calendar, the
            most active of them do most of the work, they use several programs, and the packages have real
            names. It changes nothing in what the truth counts.
        urgency: share of the sessions of an environment with an affected build that move to the fix beyond
            the habit, once it is disclosed and a fix is out.
    """

    installations: int
    days: int
    seed: int = 0
    since: date = date(2024, 1, 1)
    single: float = 0.63
    opted_out: float = 0.0
    without_plugin: float = 0.0
    shared_addresses: float = 0.0
    images: float = 0.0
    ci: float = 0.0
    clones: float = 0.0
    cache_hits: float = 0.0
    silent: float = 0.0
    interrupted: float = 0.0
    ranged: float = 0.0
    late: float = 0.0
    other_clients: float = 0.0
    garbage: float = 0.0
    activity: float = 1.0
    packages_per_session: float = 8.0
    disclosures: int = 0
    urgency: float = 0.0
    realistic: bool = False

    def __post_init__(self) -> None:
        """Reject values that cannot be simulated.

        Raises:
            CensusError: a number is out of its range.
        """
        if self.installations < 1 or self.days < 1:
            raise CensusError("a population has one installation and one day at least")
        for name in (*DIALS, "urgency"):
            if not 0 <= getattr(self, name) <= 1:
                raise CensusError(f"--{name.replace('_', '-')} is a share between 0 and 1")
        if self.activity < 0:
            raise CensusError("--activity is 0 at least")
        if self.packages_per_session < 1:
            raise CensusError("--packages-per-session is 1 at least")
        if not 0 <= self.disclosures <= MOST_DISCLOSURES:
            raise CensusError(f"--disclosures is between 0 and {MOST_DISCLOSURES}")


#: Differences from all dials at 0. The first quarter of 2024 follows what Anaconda published of Miniconda:
#: 63 % of the installations have a single environment, 0.6 % opted out.
#: ``realistic`` looks real, and hides only what caches and interruptions hide.
PRESETS: dict[str, dict[str, float]] = {
    "plain": {},
    "miniconda-2024q1": {"single": 0.63, "opted_out": 0.006, "without_plugin": 0.3},
    "hostile": {
        "opted_out": 0.05,
        "without_plugin": 0.3,
        "shared_addresses": 0.5,
        "images": 0.2,
        "ci": 0.02,
        "clones": 0.1,
        "cache_hits": 0.3,
        "silent": 0.1,
        "interrupted": 0.05,
        "ranged": 0.05,
        "late": 0.01,
        "other_clients": 0.05,
        "garbage": 0.01,
    },
    "realistic": {
        "realistic": True,
        "single": 0.63,
        "opted_out": 0.006,
        "without_plugin": 0.35,
        "shared_addresses": 0.4,
        "images": 0.05,
        "ci": 0.001,
        "cache_hits": 0.15,
        "interrupted": 0.005,
        "late": 0.002,
        "other_clients": 0.02,
        "garbage": 0.0005,
    },
}


def preset(name: str, scenario: Scenario, chosen: dict[str, float]) -> Scenario:
    """Return the scenario with the dials of a preset, except for those ``chosen`` one by one.

    Raises:
        CensusError: a number is out of its range.
    """
    dials: dict[str, Any] = {**PRESETS[name], **chosen}
    return replace(scenario, **dials)
