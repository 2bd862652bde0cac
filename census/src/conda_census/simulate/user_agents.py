"""User agents of the programs of a population, without tokens."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt

__all__ = ["AGENTS", "FETCHERS", "OTHER_CLIENTS", "agents_on"]

Numbers = npt.NDArray[np.int64]

#: (release date, conda, Python, requests)
_RELEASES = (
    (date(2022, 11, 1), "22.11.1", "3.10.8", "2.28.1"),
    (date(2023, 3, 1), "23.3.1", "3.10.9", "2.28.1"),
    (date(2023, 7, 1), "23.7.4", "3.11.4", "2.29.0"),
    (date(2023, 11, 1), "23.11.0", "3.11.5", "2.31.0"),
    (date(2024, 1, 15), "24.1.0", "3.12.1", "2.31.0"),
    (date(2024, 5, 1), "24.5.0", "3.12.3", "2.32.2"),
    (date(2024, 11, 1), "24.11.1", "3.12.7", "2.32.3"),
    (date(2025, 5, 1), "25.5.1", "3.13.2", "2.32.3"),
)
#: Systems with their share of installations and their platform (of ``channel.SUBDIRS``).
_SYSTEMS = (
    ("Linux/5.15.0-91-generic ubuntu/22.04.3 glibc/2.35", 0.35, 0),
    ("Linux/5.14.0-362.el9.x86_64 rhel/9.3 glibc/2.34", 0.15, 0),
    ("Linux/6.1.0-17-amd64 debian/12 glibc/2.36", 0.1, 0),
    ("Darwin/23.2.0 OSX/14.2.1", 0.15, 1),
    ("Windows/10 Windows/10.0.19045", 0.15, 2),
    ("Windows/11 Windows/10.0.22631", 0.1, 2),
)

#: Clients that download an installer.
FETCHERS = (
    "curl/7.88.1",
    "Wget/1.21.3",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0",
)
#: Other clients of a repository.
OTHER_CLIENTS = (
    "Mozilla/5.0 (compatible; ExampleBot/1.0; +https://bot.example/)",
    "Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0",
)


#: Possible user agents of an installation, release by release.
AGENTS = tuple(
    f"conda/{conda} requests/{requests} CPython/{python} {system} solver/libmamba"
    for _, conda, python, requests in _RELEASES
    for system, _, _ in _SYSTEMS
)

_MOST_DAYS_BEHIND = 365


def agents_on(day: date, chances: npt.NDArray[np.float32]) -> tuple[Numbers, Numbers]:
    """Return the agent (of ``AGENTS``) and the platform of each installation on a day.

    A number between 0 and 1 chooses the system and the delay of an installation behind the releases: some
    follow each release, others up to a year later.
    """
    shares = np.array([share for _, share, _ in _SYSTEMS])
    ends = np.cumsum(shares)
    system = np.minimum(np.searchsorted(ends, chances, side="right"), len(shares) - 1)
    lag_days = ((chances - (ends - shares)[system]) / shares[system] * _MOST_DAYS_BEHIND).astype(np.int64)
    out = np.array([release[0].toordinal() for release in _RELEASES])
    release = np.maximum(np.searchsorted(out, day.toordinal() - lag_days, side="right") - 1, 0)
    return release * len(_SYSTEMS) + system, np.array([platform for _, _, platform in _SYSTEMS])[system]
