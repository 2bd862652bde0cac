"""Which share of the installations opted out, when none of them can be counted?

Like is compared with like. Where sharing is on, the truth is known: each visitor-day (network and agent on
one day) shows how many installations it hides. Had only a share q of them been there, fewer would hide behind
one address, and they would have made

    R(q) = sum over the visitor-days, with m installations each, of 1 - (1 - q)^m

visitor-days: the rarefaction curve of ecology (Hurlbert 1971). Those who opted out are such a thin
population, so q is read off the curve where R(q) = V_off, and the share is q / (1 + q). Where no address is
shared, m is 1, R(q) = q V_on, and the share is V_off / (V_off + V_on).

One ratio r = C_on / V_on for both, thick and thin, would cancel out: off = V_off r a with
a = installations / C_on is V_off installations / V_on, so the share is V_off / (V_off + V_on) whatever r and
a are. Behind an office of 100, of which one opted out, it would find one visitor-day of each: a half.

The interval is a bootstrap over networks: 1,000 times each network-day gets a weight by chance (gamma with
mean 1: Rubin's Bayesian bootstrap, Annals of Statistics 9, 1981, which unlike whole numbers does not lose the
few networks with off) and q is read off again. A network is a pseudonym that is good for one day, so what is
drawn is a network on one day, and one installation that opted out and comes daily looks like many
independent ones: the bootstrap alone would be far too sure. How installations bunch over days is known where
sharing is on. The weights therefore have as variance the dispersion (variance over mean) of the number of
network-days of an installation, and at least 1. That is the error of V_off as a measure of the installations
that really opted out in the window; of a chance by which they did it is not spoken.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from conda_census.metrics.intervals import Estimate
from conda_census.metrics.visitors import Counts, InstallationDays, NetworkDays

__all__ = ["RESAMPLES", "Rarefaction", "estimate_share"]

RESAMPLES = 1000
_SEED = 20240101
_CONFIDENCE = 0.95
#: Of the few networks that there are, one cannot tell how networks differ.
_FEWEST_NETWORKS = 2
#: So many kinds of network are drawn at once, which bounds the memory.
_KINDS_AT_ONCE = 1024
_STEPS = 60
#: The curve is read off between a thousandth and a thousand times the estimate, to one part in 100,000.
_NEAR = 1000.0
_NEAR_STEPS = 2049

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Rarefaction:
    """``visitor_days`` have ``installations`` each: the curve R of those who share."""

    installations: Counts
    visitor_days: Counts

    def __call__(self, thinned: Numbers) -> Numbers:
        """How many visitor-days a share ``thinned`` of the installations makes; beyond all, in proportion."""
        kept = np.clip(thinned, 0.0, 1.0)[:, np.newaxis]
        seen = (1.0 - (1.0 - kept) ** self.installations) * self.visitor_days
        return np.asarray(seen.sum(axis=1) * np.maximum(thinned, 1.0))

    def share_that_makes(self, visitor_days: float) -> float:
        """The inverse, by halving: the curve only rises."""
        whole = float(self.visitor_days.sum())
        if visitor_days >= whole:
            return visitor_days / whole
        low, high = 0.0, 1.0
        for _ in range(_STEPS):
            middle = (low + high) / 2
            below = float(self(np.array([middle]))[0]) < visitor_days
            low, high = (middle, high) if below else (low, middle)
        return high


def estimate_share(
    curve: Rarefaction, networks: NetworkDays, days: InstallationDays, *, resamples: int = RESAMPLES
) -> Estimate:
    """The share with its 95 % interval.

    All null where nobody shares, for then there is nothing to compare with; without interval where all came
    from one network on one day. Where nobody opted out the share is 0, and its interval ends where 3
    visitor-days (the rule of three, times the dispersion) would have put it: a one-sided bound.
    """
    off = int((networks.off * networks.networks).sum())
    if not curve.visitor_days.sum():
        return Estimate()
    spread = max(days.dispersion, 1.0)
    few = int(networks.networks.sum()) < _FEWEST_NETWORKS
    ratio = curve.share_that_makes(off) if off else 0.0
    if few:
        return Estimate(value=_share(ratio))
    if not off:
        most = curve.share_that_makes(-log(1 - _CONFIDENCE) * spread)
        return Estimate(value=0.0, low=0.0, high=_share(most))
    drawn = _resampled(networks, ratio, spread, resamples) * off
    near = ratio * np.geomspace(1 / _NEAR, _NEAR, _NEAR_STEPS)
    tail = (1 - _CONFIDENCE) / 2
    low, high = np.interp(np.quantile(drawn, [tail, 1 - tail]), curve(near), near)
    return Estimate(value=_share(ratio), low=_share(float(low)), high=_share(float(high)))


def _resampled(networks: NetworkDays, ratio: float, spread: float, resamples: int) -> Numbers:
    """By which factor V_off of each resample is off, beside a curve that is as high as it really was.

    Of the curve only the height is drawn, by what each network adds to it at ``ratio``; its form hardly
    differs from one resample to the next.
    """
    random = np.random.default_rng(_SEED)
    added = _added(networks, ratio)
    off, on = np.zeros(resamples), np.zeros(resamples)
    for first in range(0, len(networks.networks), _KINDS_AT_ONCE):
        kinds = slice(first, first + _KINDS_AT_ONCE)
        shape = (networks.networks[kinds] / spread)[:, np.newaxis]
        weights = random.standard_gamma(np.broadcast_to(shape, (len(shape), resamples))) * spread
        off += (weights * networks.off[kinds, np.newaxis]).sum(axis=0)
        on += (weights * added[kinds, np.newaxis]).sum(axis=0)
    off /= (networks.off * networks.networks).sum()
    on /= (added * networks.networks).sum()
    return np.asarray(np.divide(off, on, out=np.full(resamples, np.inf), where=on > 0))


def _added(networks: NetworkDays, ratio: float) -> Numbers:
    """What one network of each kind adds to the curve at ``ratio``, as if its visitors were equally large."""
    sharing = np.maximum(networks.sharing, 1)
    kept = 1.0 - (1.0 - min(ratio, 1.0)) ** (networks.installations / sharing)
    return np.asarray(networks.sharing * kept)


def _share(ratio: float) -> float:
    return ratio / (1 + ratio)
