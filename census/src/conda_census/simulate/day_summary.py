"""Parts of a day that are needed for the truth of all days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from conda_census.simulate.channel import Channel
from conda_census.simulate.traffic import DAY_S, Day
from conda_census.simulate.true_population import Population

__all__ = ["Seen", "look_at"]

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Seen:
    """The parts of a day needed for the truth, computed where the day is made, perhaps in another process.

    Attributes:
        number: the day, from 0.
        installation, environment, first_s, last_s, shares: of each session; seconds since the first midnight.
        downloads_of_sharing: of those that share.
        downloads: of each package.
        installers: downloads of each installer of the channel.
        broken_off: deliveries that ended early and were logged as if they had not.
        lines: of the day's log.
    """

    number: int
    installation: npt.NDArray[np.int32]
    environment: npt.NDArray[np.int32]
    first_s: npt.NDArray[np.int32]
    last_s: npt.NDArray[np.int32]
    shares: npt.NDArray[np.bool_]
    downloads_of_sharing: int
    downloads: Numbers
    installers: Numbers
    broken_off: int
    lines: int


def look_at(day: Day, population: Population, channel: Channel, lines: int) -> Seen:
    """Return what a witness sees of a day with ``lines`` log lines."""
    last_s = day.start_s.copy()
    np.maximum.at(last_s, day.session, day.time_s)
    midnight_s = day.number * DAY_S
    shares = (population.has_plugin & ~population.opted_out)[day.installation]
    session, package = (of_all[: day.downloads] for of_all in day.fetched())
    return Seen(
        number=day.number,
        installation=day.installation.astype(np.int32),
        environment=day.environment.astype(np.int32),
        first_s=(midnight_s + day.start_s).astype(np.int32),
        last_s=(midnight_s + last_s).astype(np.int32),
        shares=shares,
        downloads_of_sharing=int(shares[session].sum()),
        downloads=np.bincount(channel.package[package], minlength=int(channel.package.max()) + 1),
        installers=np.bincount(day.installer, minlength=len(channel.installers)),
        broken_off=day.deliveries - day.downloads,
        lines=lines,
    )
