"""Packages whose versions appear over time, and installers."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from conda_census.simulate.chance import generator
from conda_census.simulate.real_names import package_lines

__all__ = [
    "EXTENSION",
    "INSTALLERS",
    "NOARCH",
    "SUBDIRS",
    "Channel",
    "build",
    "build_number",
    "first_day",
    "make_channel",
    "make_realistic_channel",
    "version",
    "with_held_back",
]

#: The platforms of each package; files that are the same for all are in ``NOARCH``.
SUBDIRS = ("linux-64", "osx-arm64", "win-64")
NOARCH = "noarch"
EXTENSION = "conda"
_CHANNELS = ("pkgs/main", "conda-forge")
_KNOWN = (
    "python", "openssl", "ca-certificates", "numpy", "pandas", "scipy", "requests", "urllib3", "certifi",
    "pip", "setuptools", "wheel", "sqlite", "zlib", "tk", "xz", "readline", "ncurses", "libffi", "bzip2",
    "matplotlib", "scikit-learn", "pytorch", "ipython", "jupyterlab", "notebook", "pillow", "cryptography",
    "pyyaml", "jinja2",
)  # fmt: skip
_PACKAGES = 2_000
#: The exponent of popularity by rank, as of real packages.
_ZIPF = 1.1
_NOARCH_SHARE = 0.3
#: The first release of each package appeared up to this many days before the logs.
_EARLIER_DAYS = 400

#: (product, version, platform, extension) of each installer, with its share of downloads.
Installers = tuple[tuple[tuple[str, str, str, str], float], ...]
INSTALLERS: Installers = (
    (("Miniconda3", "latest", "Linux-x86_64", "sh"), 0.55),
    (("Miniconda3", "py311_23.11.0-2", "Linux-x86_64", "sh"), 0.1),
    (("Miniconda3", "latest", "MacOSX-arm64", "pkg"), 0.15),
    (("Miniconda3", "latest", "Windows-x86_64", "exe"), 0.12),
    (("Anaconda3", "2023.09-0", "Windows-x86_64", "exe"), 0.08),
)
_REALISTIC_INSTALLERS: Installers = (
    (("Miniconda3", "latest", "Linux-x86_64", "sh"), 0.33),
    (("Miniconda3", "py312_25.5.1-0", "Linux-x86_64", "sh"), 0.09),
    (("Miniconda3", "py313_25.9.1-1", "Linux-x86_64", "sh"), 0.07),
    (("Miniconda3", "latest", "Linux-aarch64", "sh"), 0.06),
    (("Miniconda3", "latest", "MacOSX-arm64", "pkg"), 0.08),
    (("Miniconda3", "latest", "MacOSX-arm64", "sh"), 0.05),
    (("Miniconda3", "latest", "Windows-x86_64", "exe"), 0.11),
    (("Anaconda3", "2025.12-1", "Windows-x86_64", "exe"), 0.12),
    (("Anaconda3", "2025.12-1", "MacOSX-arm64", "pkg"), 0.05),
    (("Anaconda3", "2025.06-0", "Linux-x86_64", "sh"), 0.04),
)
#: Days between two releases of a real package: log-normal, with a median of six weeks.
_CADENCE_LOG, _CADENCE_SIGMA, _CADENCE_MIN = 3.74, 0.6, 8
#: Releases of a real package with the same minor version.
_RELEASES_OF_MINOR = 8


@dataclass(frozen=True)
class Channel:
    """Packages, one element of each array for each, the most popular first.

    Attributes:
        names, channels: of each package.
        is_noarch: whether it is the same file for each platform.
        cadence: days between two versions.
        size_bytes: of its files.
        weights: its popularity; the sum is 1.
        newest: the newest release in the simulation.
        installers: each with its share of downloads.
        bases: the major and minor version of each package from which its releases go on; none if all count
            from 1.0.0.
        package: the number of the package. Entries behind all others repeat a package that stays at a release
            (``with_held_back``).
    """

    names: list[str]
    channels: list[str]
    is_noarch: npt.NDArray[np.bool_]
    cadence: npt.NDArray[np.int64]
    size_bytes: npt.NDArray[np.int64]
    weights: npt.NDArray[np.float64]
    newest: npt.NDArray[np.int64]
    package: npt.NDArray[np.int64]
    installers: Installers = INSTALLERS
    bases: list[tuple[int, int]] | None = None

    def version_of(self, package: int, release: int) -> str:
        """Return the version of a release of a package."""
        if self.bases is None:
            return version(release)
        major, minor = self.bases[package]
        return f"{major}.{minor + release // _RELEASES_OF_MINOR}.{release % _RELEASES_OF_MINOR}"

    def releases(self, day: int) -> npt.NDArray[np.int64]:
        """Return the number of the newest release of each package on a day."""
        return np.minimum((day + _EARLIER_DAYS) // self.cadence, self.newest)

    def subdirs(self, package: int) -> tuple[str, ...]:
        """Return the subdirs that have files of a package."""
        return (NOARCH,) if self.is_noarch[package] else SUBDIRS

    def paths(self, day: int) -> list[list[str]]:
        """Return for each platform of ``SUBDIRS`` the path of each package's newest build on a day."""
        releases = self.releases(day)
        files = [
            f"{name}-{self.version_of(package, release)}-{build(release, is_noarch=noarch)}.{EXTENSION}"
            for package, (name, release, noarch) in enumerate(
                zip(self.names, releases.tolist(), self.is_noarch.tolist(), strict=True)
            )
        ]
        return [
            [
                f"/{channel}/{NOARCH if noarch else subdir}/{file}"
                for channel, noarch, file in zip(self.channels, self.is_noarch.tolist(), files, strict=True)
            ]
            for subdir in SUBDIRS
        ]


def version(release: int) -> str:
    """Return the version of a release of a package without a base."""
    return f"{1 + release // 30}.{release // 6 % 5}.{release % 6}"


def build(release: int, *, is_noarch: bool) -> str:
    """Return the build string of a release, which ends with :func:`build_number`."""
    return f"{'pyhd8ed1ab' if is_noarch else 'py311'}_{build_number(release)}"


def build_number(release: int) -> int:
    """Return the build number of a release."""
    return release % 3


def first_day(release: int, cadence: int) -> int:
    """Return the day on which a release appears, from 0; negative before the logs."""
    return release * cadence - _EARLIER_DAYS


def make_channel(seed: int) -> Channel:
    """Return the channel of a seed."""
    random = generator(seed, 2)
    names = [*_KNOWN, *(f"package-{number:04}" for number in range(len(_KNOWN), _PACKAGES))]
    weights = 1.0 / np.arange(1, _PACKAGES + 1) ** _ZIPF
    return Channel(
        names=names,
        channels=[_CHANNELS[number % len(_CHANNELS)] for number in range(_PACKAGES)],
        is_noarch=random.random(_PACKAGES) < _NOARCH_SHARE,
        cadence=random.integers(10, 200, _PACKAGES),
        size_bytes=random.lognormal(12, 1.5, _PACKAGES).astype(np.int64) + 2_000,
        weights=weights / weights.sum(),
        newest=np.full(_PACKAGES, np.iinfo(np.int64).max),
        package=np.arange(_PACKAGES),
    )


def make_realistic_channel(seed: int) -> Channel:
    """Return the packages of three channels with real names: main, conda-forge, and a private one."""
    random = generator(seed, 2)
    channels, names, majors, minors = zip(*package_lines(), strict=True)
    many = len(names)
    weights = 1.0 / np.arange(1, many + 1) ** _ZIPF
    cadence = random.lognormal(_CADENCE_LOG, _CADENCE_SIGMA, many).astype(np.int64)
    return Channel(
        names=list(names),
        channels=list(channels),
        is_noarch=random.random(many) < _NOARCH_SHARE,
        cadence=np.maximum(cadence, _CADENCE_MIN),
        size_bytes=random.lognormal(12.5, 1.8, many).astype(np.int64) + 2_000,
        weights=weights / weights.sum(),
        newest=np.full(many, np.iinfo(np.int64).max),
        package=np.arange(many),
        installers=_REALISTIC_INSTALLERS,
        bases=list(zip(majors, minors, strict=True)),
    )


def with_held_back(channel: Channel, held_back: list[tuple[int, int]]) -> Channel:
    """Return the channel with packages repeated behind all others, which are never drawn by chance.

    ``held_back`` has the number of each package and the release that it never passes.
    """
    packages, releases = np.array(held_back, dtype=np.int64).reshape(-1, 2).T
    bases = channel.bases
    return replace(
        channel,
        names=[*channel.names, *(channel.names[package] for package, _ in held_back)],
        channels=[*channel.channels, *(channel.channels[package] for package, _ in held_back)],
        is_noarch=np.append(channel.is_noarch, channel.is_noarch[packages]),
        cadence=np.append(channel.cadence, channel.cadence[packages]),
        size_bytes=np.append(channel.size_bytes, channel.size_bytes[packages]),
        weights=np.append(channel.weights, np.zeros(len(packages))),
        newest=np.append(channel.newest, releases),
        package=np.append(channel.package, packages),
        bases=None if bases is None else [*bases, *(bases[package] for package, _ in held_back)],
    )
