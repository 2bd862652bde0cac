"""User agents of the programs of a population, without tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

__all__ = ["AGENTS", "FETCHERS", "OTHER_CLIENTS", "OTHER_PROGRAMS", "REALISTIC_CONDA", "agents_on"]

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Program:
    """Program that downloads packages.

    Attributes:
        template: its user agent; the fields of a release and of a system by their numbers.
        releases: the date of each release, and its fields.
        systems: the fields of each system, its share of the installations, and its platform (of
            ``channel.SUBDIRS``).
    """

    template: str
    releases: tuple[tuple[date, tuple[str, ...]], ...]
    systems: tuple[tuple[str, float, int], ...]

    def agents(self) -> list[str]:
        """Return the user agent of each system, release by release."""
        return [
            self.template.format(*fields, system=system)
            for _, fields in self.releases
            for system, _, _ in self.systems
        ]


_CONDA = "conda/{0} requests/{2} CPython/{1} {system} solver/libmamba"
#: Conda, Python and requests.
_CONDA_RELEASES = (
    (date(2022, 11, 1), ("22.11.1", "3.10.8", "2.28.1")),
    (date(2023, 3, 1), ("23.3.1", "3.10.9", "2.28.1")),
    (date(2023, 7, 1), ("23.7.4", "3.11.4", "2.29.0")),
    (date(2023, 11, 1), ("23.11.0", "3.11.5", "2.31.0")),
    (date(2024, 1, 15), ("24.1.0", "3.12.1", "2.31.0")),
    (date(2024, 5, 1), ("24.5.0", "3.12.3", "2.32.2")),
    (date(2024, 11, 1), ("24.11.1", "3.12.7", "2.32.3")),
    (date(2025, 5, 1), ("25.5.1", "3.13.2", "2.32.3")),
)
_LATER_CONDA_RELEASES = (
    (date(2025, 9, 20), ("25.9.0", "3.13.7", "2.32.5")),
    (date(2025, 11, 20), ("25.11.0", "3.13.9", "2.32.5")),
    (date(2026, 1, 25), ("26.1.0", "3.13.11", "2.32.5")),
    (date(2026, 3, 28), ("26.3.1", "3.14.3", "2.33.0")),
    (date(2026, 5, 30), ("26.5.0", "3.14.4", "2.33.0")),
)
_SYSTEMS = (
    ("Linux/5.15.0-91-generic ubuntu/22.04.3 glibc/2.35", 0.35, 0),
    ("Linux/5.14.0-362.el9.x86_64 rhel/9.3 glibc/2.34", 0.15, 0),
    ("Linux/6.1.0-17-amd64 debian/12 glibc/2.36", 0.1, 0),
    ("Darwin/23.2.0 OSX/14.2.1", 0.15, 1),
    ("Windows/10 Windows/10.0.19045", 0.15, 2),
    ("Windows/11 Windows/10.0.22631", 0.1, 2),
)
_LATER_SYSTEMS = (
    ("Linux/6.8.0-63-generic ubuntu/24.04.3 glibc/2.39", 0.24, 0),
    ("Linux/5.15.0-91-generic ubuntu/22.04.3 glibc/2.35", 0.12, 0),
    ("Linux/5.14.0-570.el9.x86_64 rhel/9.6 glibc/2.34", 0.1, 0),
    ("Linux/4.18.0-553.el8.x86_64 rhel/8.10 glibc/2.28", 0.06, 0),
    ("Linux/6.12.38-amd64 debian/13 glibc/2.41", 0.06, 0),
    ("Darwin/24.6.0 OSX/15.6.1", 0.13, 1),
    ("Darwin/23.6.0 OSX/14.7.8", 0.05, 1),
    ("Windows/11 Windows/10.0.26100", 0.17, 2),
    ("Windows/10 Windows/10.0.19045", 0.07, 2),
)
#: The user agent of these programs names no system.
_ANY_SYSTEM = (("", 0.75, 0), ("", 0.15, 1), ("", 0.1, 2))
_MAMBA = "mamba/{0} libcurl/{1} OpenSSL/{2} zlib/1.3.1 zstd/1.5.7 libssh2/1.11.1 nghttp2/1.64.0"
_MAMBA_RELEASES = (
    (date(2024, 3, 1), ("1.5.8", "8.8.0", "3.3.1")),
    (date(2024, 12, 1), ("2.0.5", "8.11.1", "3.4.0")),
    (date(2025, 6, 20), ("2.3.0", "8.14.1", "3.5.0")),
    (date(2025, 11, 1), ("2.3.3", "8.16.0", "3.5.4")),
    (date(2026, 2, 10), ("2.5.0", "8.18.0", "3.6.1")),
)
_MICROMAMBA_RELEASES = tuple((day, (version,)) for day, (version, *_) in _MAMBA_RELEASES)
_PIXI_RELEASES = (
    (date(2024, 5, 1), ("0.21.1",)),
    (date(2024, 12, 1), ("0.39.0",)),
    (date(2025, 4, 15), ("0.45.0",)),
    (date(2025, 9, 20), ("0.55.0",)),
    (date(2025, 12, 10), ("0.61.0",)),
    (date(2026, 2, 20), ("0.66.0",)),
    (date(2026, 5, 10), ("0.72.0",)),
)
#: The first is that of every plain population, and the second the conda of a realistic one.
_PROGRAMS = (
    _Program(_CONDA, _CONDA_RELEASES, _SYSTEMS),
    _Program(_CONDA, (*_CONDA_RELEASES, *_LATER_CONDA_RELEASES), _LATER_SYSTEMS),
    _Program(_MAMBA, _MAMBA_RELEASES, _ANY_SYSTEM),
    _Program("micromamba/{0}", _MICROMAMBA_RELEASES, _ANY_SYSTEM),
    _Program("pixi/{0}", _PIXI_RELEASES, _ANY_SYSTEM),
)
#: Numbers of the programs that have no plug-in, each with its share of the installations without one.
OTHER_PROGRAMS = ((2, 0.22), (3, 0.14), (4, 0.16))
#: Number of the conda of a realistic population.
REALISTIC_CONDA = 1

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


#: Possible user agents of an installation, program by program. Programs that name no system have the same
#: user agent on each: only the first of these numbers is used.
AGENTS = tuple(agent for program in _PROGRAMS for agent in program.agents())
_FIRST_ALIKE = np.array([AGENTS.index(agent) for agent in AGENTS])

_MOST_DAYS_BEHIND = 365


def agents_on(
    day: date, chances: npt.NDArray[np.float32], programs: npt.NDArray[np.int8]
) -> tuple[Numbers, Numbers]:
    """Return the agent (of ``AGENTS``) and the platform of each installation on a day.

    Args:
        day: UTC.
        chances: a number between 0 and 1 chooses the system and the delay of an installation behind the
            releases: some follow each release, others up to a year later.
        programs: the number of its program.
    """
    agent, platform = (np.zeros(len(chances), dtype=np.int64) for _ in range(2))
    before = 0
    for number, program in enumerate(_PROGRAMS):
        mine = np.flatnonzero(programs == number)
        of_program, platform[mine] = _agents_of(program, day, chances[mine])
        agent[mine] = before + of_program
        before += len(program.agents())
    return _FIRST_ALIKE[agent], platform


def _agents_of(program: _Program, day: date, chances: npt.NDArray[np.float32]) -> tuple[Numbers, Numbers]:
    """Return the agent among those of a program, and the platform, of each installation on a day."""
    shares = np.array([share for _, share, _ in program.systems])
    ends = np.cumsum(shares)
    system = np.minimum(np.searchsorted(ends, chances, side="right"), len(shares) - 1)
    lag_days = ((chances - (ends - shares)[system]) / shares[system] * _MOST_DAYS_BEHIND).astype(np.int64)
    out = np.array([released.toordinal() for released, _ in program.releases])
    release = np.maximum(np.searchsorted(out, day.toordinal() - lag_days, side="right") - 1, 0)
    platforms = np.array([platform for _, _, platform in program.systems])
    return release * len(program.systems) + system, platforms[system]
