"""How sure is a curve when the environments of one installation heal together? Installations are drawn again.

A bootstrap: installations are drawn with replacement, each with all its units (A. C. Davison and D. V.
Hinkley, Bootstrap methods and their application, 1997, section 3.8), and the curve is made anew of what
was drawn.

No unit is drawn one by one. Installations are dealt at random into a thousand blocks, and blocks are
drawn: they are as independent of each other as installations are, and as many in each. Where there are no
more installations than that, each is a block of its own. What is lost is precision of the interval's
width: 1 / sqrt(2 * 1000), two percent of it. Drawing each of a million installations would take a
thousand times as long for that.

A resample needs of each block only its events and how many of it are at risk at them. Distinct days of
events, of which there may be as many as units, stand together in bins of a few thousandths of the events;
within one, a block is at risk at the mean over its events. By how much the hazard of a bin differs from
that of all is carried over to the exact curve: a resample in which every block is drawn once is the exact
curve, in whatever bins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from conda_census.metrics.intervals import Estimate
from conda_census.survival.kaplan_meier import Curve
from conda_census.survival.survival_data import Days, Numbers, days_passed

__all__ = ["RESAMPLES", "Clustered", "cluster_intervals"]

RESAMPLES = 1000
_SEED = 20240101
_BLOCKS = 1000
_BINS = 250
_HALF = 0.5
_HAIR = 1e-12
#: Of one installation one cannot tell how installations differ.
_FEWEST_CLUSTERS = 2

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Clustered:
    """The shares still exposed on the days that were asked for, and the half-life."""

    shares: list[Estimate]
    median: Estimate


@dataclass(frozen=True)
class _Bins:
    """Distinct days of events that stand together; ``last`` is the place of the last of each bin.

    ``first`` is that of the first, ``is_single`` has but one day; ``log_factor`` is what the exact curve
    falls by in the bin, as a logarithm.
    """

    first: Numbers
    last: Numbers
    is_single: npt.NDArray[np.bool_]
    log_factor: Days


def cluster_intervals(
    curve: Curve, days: Sequence[float], *, resamples: int = RESAMPLES, seed: int = _SEED
) -> Clustered:
    """The curve on some days, and its half-life, with intervals that hold where installations heal as one.

    An end is the wider of the curve's own and of the percentile of the resamples: what is drawn from few
    events is narrower than they are worth. Of fewer than two installations nothing can be said, and ends
    are null.

    Args:
        curve: of the units.
        days: on its clock.
        resamples: how many; a second for a million units and a thousand of them.
        seed: the same draws the same.
    """
    shares, median = curve.at(days), curve.median()
    cluster = np.unique(curve.units.cluster, return_inverse=True)[1]
    if int(cluster.max(initial=-1)) + 1 < _FEWEST_CLUSTERS:
        return Clustered([Estimate(value=share.value) for share in shares], Estimate(value=median.value))
    if not len(curve.day):
        return Clustered(shares, median)
    random = np.random.default_rng(seed)
    places = np.searchsorted(curve.day, np.asarray(days, dtype=np.float64), side="right") - 1
    bins = _bins(curve, places)
    drawn = _resampled(curve, bins, _dealt(cluster, random), resamples, random)
    tail = (1 - curve.confidence) / 2
    of_bins = np.quantile(drawn, [tail, 1 - tail], axis=0)
    lows, highs = of_bins[:, np.maximum(np.searchsorted(bins.last, places), 0)]
    widened = [
        share if place < 0 else _wider(share, low, high)
        for share, place, low, high in zip(
            shares, places.tolist(), lows.tolist(), highs.tolist(), strict=True
        )
    ]
    return Clustered(widened, _widened_median(median, _medians(drawn, curve.day, bins), tail))


def _bins(curve: Curve, places: Numbers) -> _Bins:
    """Of about equally many events, and each place that is asked for at the end of one."""
    events = np.cumsum(curve.events)
    ends = np.searchsorted(events, np.linspace(0, events[-1], _BINS + 1)[1:])
    last = np.unique(np.concatenate([ends, places[places >= 0], [len(events) - 1]]))
    last = np.unique(np.minimum(last, len(events) - 1))
    with np.errstate(divide="ignore"):
        log_share = np.log1p(-curve.events / curve.at_risk)
    first = np.concatenate([[0], last[:-1] + 1])
    return _Bins(first, last, first == last, np.add.reduceat(log_share, first))


def _dealt(cluster: Numbers, random: np.random.Generator) -> Numbers:
    """The block of each unit: clusters dealt at random, as many into each block."""
    clusters = int(cluster.max()) + 1
    blocks = np.arange(clusters) % min(clusters, _BLOCKS)
    random.shuffle(blocks)
    return blocks[cluster]


def _resampled(
    curve: Curve, bins: _Bins, block: Numbers, resamples: int, random: np.random.Generator
) -> Matrix:
    """The share at the end of each bin, for each resample."""
    blocks = int(block.max()) + 1
    events, at_risk = _of_blocks(curve, bins, block, blocks)
    weights = random.multinomial(blocks, np.full(blocks, 1 / blocks), resamples).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        drawn_events = weights @ events
        hazard = np.nan_to_num(drawn_events / (weights @ at_risk), nan=0.0, posinf=0.0)
        alone = np.log1p(-np.minimum(hazard, 1.0))
        relative = hazard / (events.sum(axis=0) / at_risk.sum(axis=0))
        together = np.where(relative > 0, relative * bins.log_factor, 0.0)
    return np.asarray(np.exp(np.cumsum(np.where(bins.is_single, alone, together), axis=1)))


def _of_blocks(curve: Curve, bins: _Bins, block: Numbers, blocks: int) -> tuple[Matrix, Matrix]:
    """For each block and bin its events, and how many of it are at risk at the mean event of the bin.

    Time is counted in events here: a unit is at risk for those after its entry, up to its exit.
    """
    units = curve.units
    count = np.ones(len(units)) if units.count is None else units.count.astype(np.float64)
    clock = np.concatenate([[0], np.cumsum(curve.events)])
    ends = clock[bins.last + 1]
    places = [days_passed(curve.day, times) for times in (units.entry, units.exit)]
    entered, left = (_passed(clock[place], count, ends, block, blocks) for place in places)
    at_risk = np.diff(left - entered, axis=1, prepend=0.0) / np.diff(ends, prepend=0)
    is_counted = units.event & _is_a_day(curve.day, units.exit, places[1])
    bin_of = np.searchsorted(bins.last, places[1][is_counted] - 1)
    events = _summed(block[is_counted], bin_of, count[is_counted], blocks, len(ends))
    return events, at_risk


def _is_a_day(day: Days, times: Days, place: Numbers) -> npt.NDArray[np.bool_]:
    """Which times are days of the curve, of which too few at risk may have left some out."""
    is_day: npt.NDArray[np.bool_] = (place > 0) & (day[np.maximum(place - 1, 0)] == times)
    return is_day


def _passed(passed: Numbers, count: Days, ends: Numbers, block: Numbers, blocks: int) -> Matrix:
    """For each block and bin: the events that passed its units by the end of the bin, ``passed`` at most."""
    bin_of = np.searchsorted(ends, passed)
    many = _summed(block, bin_of, count, blocks, len(ends) + 1)
    whole = _summed(block, bin_of, count * passed, blocks, len(ends) + 1)
    stopped = np.cumsum(whole, axis=1)[:, :-1]
    rest = many.sum(axis=1, keepdims=True) - np.cumsum(many, axis=1)[:, :-1]
    return np.asarray(stopped + rest * ends)


def _summed(block: Numbers, bin_of: Numbers, values: Days, blocks: int, bins: int) -> Matrix:
    sums = np.bincount(block * bins + bin_of, weights=values, minlength=blocks * bins)
    return np.asarray(sums.reshape(blocks, bins), dtype=np.float64)


def _wider(own: Estimate, low: float, high: float) -> Estimate:
    """Where the curve has an estimate at all."""
    if own.value is None or own.low is None or own.high is None:
        return own
    return Estimate(value=own.value, low=min(own.low, low), high=max(own.high, high))


def _medians(drawn: Matrix, day: Days, bins: _Bins) -> Days:
    """The half-life of each resample, endless where it never falls to one half; in proportion in a bin."""
    fallen = drawn <= _HALF + _HAIR
    bin_of, each = np.argmax(fallen, axis=1), np.arange(len(drawn))
    before, after = np.where(bin_of, drawn[each, bin_of - 1], 1.0), drawn[each, bin_of]
    first, last = day[bins.first][bin_of], day[bins.last][bin_of]
    part = np.clip((before - _HALF) / np.maximum(before - after, _HAIR), 0.0, 1.0)
    return np.where(fallen.any(axis=1), first + part * (last - first), np.inf)


def _widened_median(own: Estimate, medians: Days, tail: float) -> Estimate:
    """A high end is null where the half-life may be endless."""
    low, high = np.quantile(medians, [tail, 1 - tail], method="inverted_cdf").tolist()
    lows = [end for end in (own.low, low) if end is not None and np.isfinite(end)]
    is_ended = own.high is not None and np.isfinite(high)
    return Estimate(
        value=own.value,
        low=min(lows, default=None),
        high=max(own.high or 0.0, high) if is_ended else None,
    )
