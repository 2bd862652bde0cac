"""Share of installations that opted out, which cannot be counted.

The estimate compares like with like. The truth is known for sharing users: each visitor-day (network and
agent on one day) shows how many installations it hides. If only a share q of them had been there, fewer would
hide behind one address, and they would have made

    R(q) = sum over the visitor-days, with m installations each, of 1 - (1 - q)^m

visitor-days: the rarefaction curve of ecology (Hurlbert 1971). The installations that opted out are such a
thinned population. So q is read off the curve at R(q) = V_off, and the share is q / (1 + q). If no address is
shared, m is 1, R(q) = q V_on, and the share is V_off / (V_off + V_on).

A single ratio r = C_on / V_on for both populations, dense and thin, would cancel out: off = V_off r a with
a = installations / C_on is V_off installations / V_on, so the share is V_off / (V_off + V_on) whatever r and
a are. For an office of 100 with one opt-out, it would find one visitor-day of each: a half.

The interval is a bootstrap over networks. For each of 1,000 resamples, each network-day gets a random weight
(gamma with mean 1: Rubin's Bayesian bootstrap, Annals of Statistics 9, 1981, which unlike whole numbers does
not lose the few networks with off), and q is read off again. A network is a pseudonym that is valid for one
day, so a network-day is drawn, and one opted-out installation that comes daily looks like many independent
ones: the bootstrap without a correction would be far too sure. Sharing installations show how an installation
clusters over days. The variance of the weights is therefore the dispersion (variance over mean) of the number
of network-days of an installation, and at least 1. That is the error of V_off as a measure of the
installations that really opted out in the window. It does not cover the chance by which they opted out.
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
#: Too few networks do not show how networks differ.
_FEWEST_NETWORKS = 2
#: This many kinds of network are drawn at once, which bounds the memory.
_KINDS_AT_ONCE = 1024
_STEPS = 60
#: The curve is searched between a thousandth and a thousand times the estimate, to one part in 100,000.
_NEAR = 1000.0
_NEAR_STEPS = 2049

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Rarefaction:
    """Curve R of the sharing users: ``visitor_days`` have ``installations`` each."""

    installations: Counts
    visitor_days: Counts

    def __call__(self, thinned: Numbers) -> Numbers:
        """Return the visitor-days of a share ``thinned`` of the installations; above 1, in proportion."""
        kept = np.clip(thinned, 0.0, 1.0)[:, np.newaxis]
        seen = (1.0 - (1.0 - kept) ** self.installations) * self.visitor_days
        return np.asarray(seen.sum(axis=1) * np.maximum(thinned, 1.0))

    def share_that_makes(self, visitor_days: float) -> float:
        """Return the inverse by bisection: the curve only rises."""
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
    """Estimate the share with its 95 % interval.

    All values are null if nobody shares, for then there is nothing to compare with. There is no interval if
    all traffic came from one network on one day. If nobody opted out, the share is 0, and its interval ends
    where 3 visitor-days (the rule of three, times the dispersion) would put it: a one-sided bound.
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
    """Return the factor by which V_off of each resample is off, relative to the curve at its true height.

    Only the height of the curve is resampled, by the contribution of each network to it at ``ratio``. Its
    shape hardly differs between resamples.
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
    """Return what one network of each kind adds to the curve at ``ratio``, as if visitors had equal size."""
    sharing = np.maximum(networks.sharing, 1)
    kept = 1.0 - (1.0 - min(ratio, 1.0)) ** (networks.installations / sharing)
    return np.asarray(networks.sharing * kept)


def _share(ratio: float) -> float:
    return ratio / (1 + ratio)
