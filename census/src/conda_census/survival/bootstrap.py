"""Cluster bootstrap of the Kaplan-Meier estimate, for units that have their events together.

Clusters are drawn with replacement, each with all its units, and the curve is estimated anew from each
resample (A. C. Davison and D. V. Hinkley, Bootstrap methods and their application, 1997, section 3.8).

Clusters are dealt at random into a thousand blocks, and blocks are drawn: they are as independent of each
other as clusters are, and equally many clusters are in each. If there are at most a thousand clusters, each
is a block of its own. The cost is precision of the width of the interval: 1 / sqrt(2 * 1000), which is 2 % of
it. To draw each of a million clusters would take a thousand times as long.

A resample needs only the events of each block and the number of its units at risk at them. Distinct days of
events, which may be as many as units, share bins of a few thousandths of the events. Within a bin, a block is
at risk at the mean over its events. The ratio of the hazard of a resample to that of all units in a bin is
applied to the exact curve: a resample in which every block is drawn once is the exact curve, for any bins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from conda_census.metrics.intervals import Estimate
from conda_census.survival.kaplan_meier import Curve, SurvivalEstimate
from conda_census.survival.survival_data import Days, Numbers, Truths, days_passed

__all__ = ["RESAMPLES", "cluster_intervals"]

RESAMPLES = 1000
_SEED = 20240101
_BLOCKS = 1000
_BINS = 250
_HALF = 0.5
_TOLERANCE = 1e-12
#: One cluster does not show how clusters differ.
_FEWEST_CLUSTERS = 2

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class _Bins:
    """Consecutive days of events that share a bin: one element for each bin.

    Attributes:
        first, last: int64, the index of the first and of the last day of the bin in ``Curve.day``.
        is_single: bool, whether the bin has only one day.
        log_factor: float64, the logarithm of the factor by which the exact curve falls in the bin.
    """

    first: Numbers
    last: Numbers
    is_single: Truths
    log_factor: Days


def cluster_intervals(
    curve: Curve, days: Sequence[float], *, resamples: int = RESAMPLES, seed: int = _SEED
) -> SurvivalEstimate:
    """Estimate survival on some days and its median, with intervals that allow for clusters.

    Each end is the wider one of the curve's own end and of the percentile of the resamples, because resamples
    of few events vary too little. With fewer than two clusters the interval is not known, and its ends are
    null.

    Args:
        curve: the estimate for all units.
        days: days since the time origin, in any order.
        resamples: the number of resamples; 1,000 of a million units take a second.
        seed: the random seed; the same seed draws the same resamples.
    """
    shares, median = curve.at(days), curve.median()
    cluster = np.unique(curve.data.cluster, return_inverse=True)[1]
    if int(cluster.max(initial=-1)) + 1 < _FEWEST_CLUSTERS:
        return SurvivalEstimate(
            [Estimate(value=share.value) for share in shares], Estimate(value=median.value)
        )
    if not len(curve.day):
        return SurvivalEstimate(shares, median)
    random = np.random.default_rng(seed)
    steps = np.searchsorted(curve.day, np.asarray(days, dtype=np.float64), side="right") - 1
    bins = _bins(curve, steps)
    drawn = _resample(curve, bins, _deal_blocks(cluster, random), resamples, random)
    tail = (1 - curve.confidence) / 2
    of_bins = np.quantile(drawn, [tail, 1 - tail], axis=0)
    lows, highs = of_bins[:, np.maximum(np.searchsorted(bins.last, steps), 0)]
    widened = [
        share if step < 0 else _widen_share(share, low, high)
        for share, step, low, high in zip(shares, steps.tolist(), lows.tolist(), highs.tolist(), strict=True)
    ]
    return SurvivalEstimate(widened, _widen_median(median, _medians(drawn, curve.day, bins), tail))


def _bins(curve: Curve, steps: Numbers) -> _Bins:
    """Make bins of about equally many events, so that each step asked for ends one."""
    events = np.cumsum(curve.events)
    ends = np.searchsorted(events, np.linspace(0, events[-1], _BINS + 1)[1:])
    last = np.unique(np.concatenate([ends, steps[steps >= 0], [len(events) - 1]]))
    last = np.unique(np.minimum(last, len(events) - 1))
    with np.errstate(divide="ignore"):
        log_share = np.log1p(-curve.events / curve.at_risk)
    first = np.concatenate([[0], last[:-1] + 1])
    return _Bins(first, last, first == last, np.add.reduceat(log_share, first))


def _deal_blocks(cluster: Numbers, random: np.random.Generator) -> Numbers:
    """Deal clusters at random into blocks of equal size, and return the block of each unit."""
    clusters = int(cluster.max()) + 1
    blocks = np.arange(clusters) % min(clusters, _BLOCKS)
    random.shuffle(blocks)
    return blocks[cluster]


def _resample(
    curve: Curve, bins: _Bins, block: Numbers, resamples: int, random: np.random.Generator
) -> Matrix:
    """Return the share at the end of each bin: one row for each resample."""
    blocks = int(block.max()) + 1
    events, at_risk = _count_by_block(curve, bins, block, blocks)
    weights = random.multinomial(blocks, np.full(blocks, 1 / blocks), resamples).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        drawn_events = weights @ events
        hazard = np.nan_to_num(drawn_events / (weights @ at_risk), nan=0.0, posinf=0.0)
        of_single = np.log1p(-np.minimum(hazard, 1.0))
        relative = hazard / (events.sum(axis=0) / at_risk.sum(axis=0))
        of_several = np.where(relative > 0, relative * bins.log_factor, 0.0)
    return np.asarray(np.exp(np.cumsum(np.where(bins.is_single, of_single, of_several), axis=1)))


def _count_by_block(curve: Curve, bins: _Bins, block: Numbers, blocks: int) -> tuple[Matrix, Matrix]:
    """Count events and units at risk at the mean event of a bin: one row for each block.

    Time is counted in events: a unit is at risk for the events after its entry, up to its exit.
    """
    data = curve.data
    weight = np.ones(len(data)) if data.weight is None else data.weight.astype(np.float64)
    events_before = np.concatenate([[0], np.cumsum(curve.events)])
    ends = events_before[bins.last + 1]
    entry_steps, exit_steps = (days_passed(curve.day, times) for times in (data.entry, data.exit))
    entered, left = (
        _passed(events_before[step], weight, ends, block, blocks) for step in (entry_steps, exit_steps)
    )
    at_risk = np.diff(left - entered, axis=1, prepend=0.0) / np.diff(ends, prepend=0)
    is_counted = data.event & _is_day_of_curve(curve.day, data.exit, exit_steps)
    bin_of = np.searchsorted(bins.last, exit_steps[is_counted] - 1)
    events = _sum_by_block(block[is_counted], bin_of, weight[is_counted], blocks, len(ends))
    return events, at_risk


def _is_day_of_curve(day: Days, times: Days, step: Numbers) -> Truths:
    """Tell which times are days of the curve, which leaves out days with too few units at risk."""
    is_day: Truths = (step > 0) & (day[np.maximum(step - 1, 0)] == times)
    return is_day


def _passed(passed: Numbers, weight: Days, ends: Numbers, block: Numbers, blocks: int) -> Matrix:
    """Sum the events that passed the units of each block by the end of each bin.

    Of a unit at most ``passed`` events count.
    """
    bin_of = np.searchsorted(ends, passed)
    units = _sum_by_block(block, bin_of, weight, blocks, len(ends) + 1)
    events = _sum_by_block(block, bin_of, weight * passed, blocks, len(ends) + 1)
    of_stopped = np.cumsum(events, axis=1)[:, :-1]
    still_counting = units.sum(axis=1, keepdims=True) - np.cumsum(units, axis=1)[:, :-1]
    return np.asarray(of_stopped + still_counting * ends)


def _sum_by_block(block: Numbers, bin_of: Numbers, values: Days, blocks: int, bins: int) -> Matrix:
    sums = np.bincount(block * bins + bin_of, weights=values, minlength=blocks * bins)
    return np.asarray(sums.reshape(blocks, bins), dtype=np.float64)


def _widen_share(own: Estimate, low: float, high: float) -> Estimate:
    """Widen the interval, if the curve has an estimate."""
    if own.value is None or own.low is None or own.high is None:
        return own
    return Estimate(value=own.value, low=min(own.low, low), high=max(own.high, high))


def _medians(drawn: Matrix, day: Days, bins: _Bins) -> Days:
    """Return the median of each resample, infinite if it is not reached; interpolated within a bin."""
    fallen = drawn <= _HALF + _TOLERANCE
    bin_of, row = np.argmax(fallen, axis=1), np.arange(len(drawn))
    before, after = np.where(bin_of, drawn[row, bin_of - 1], 1.0), drawn[row, bin_of]
    first, last = day[bins.first][bin_of], day[bins.last][bin_of]
    part = np.clip((before - _HALF) / np.maximum(before - after, _TOLERANCE), 0.0, 1.0)
    return np.where(fallen.any(axis=1), first + part * (last - first), np.inf)


def _widen_median(own: Estimate, medians: Days, tail: float) -> Estimate:
    """Widen the interval of the median; the high end is null if the median may not be reached."""
    low, high = np.quantile(medians, [tail, 1 - tail], method="inverted_cdf").tolist()
    lows = [end for end in (own.low, low) if end is not None and np.isfinite(end)]
    is_ended = own.high is not None and np.isfinite(high)
    return Estimate(
        value=own.value,
        low=min(lows, default=None),
        high=max(own.high or 0.0, high) if is_ended else None,
    )
