"""How far off is each number of the report, and does its interval hold the truth as often as it says?

It simulates populations whose truth is known, the first with all dials on that the estimators claim to handle
(400 seeds), then under each dial alone, also those that break an estimator, and prints the tables of
``docs/explanation/accuracy.md``. It fails if an interval of the first table holds the truth in less than 93
or more than 97 of 100 populations.

Run it as ``python -m benchmarks.accuracy``; ``--help`` has the sizes.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
from collections.abc import Iterable
from dataclasses import replace
from statistics import fmean

from benchmarks.trials.usage_trial import ESTIMATORS, Found, expected, trial
from conda_census.simulate.scenario import PRESETS, Scenario

#: What the estimators claim to handle: none of it hides an installation or adds one.
HANDLED = {
    "opted_out": 0.05,
    "without_plugin": 0.3,
    "shared_addresses": 0.5,
    "ranged": 0.2,
    "cache_hits": 0.3,
    "other_clients": 0.05,
}
#: Each dial alone, beside a share of installations that opted out, which is there to be estimated.
ALONE = {
    "none": {},
    "opted_out": {"opted_out": 0.3},
    "without_plugin": {"without_plugin": 0.5},
    "shared_addresses": {"shared_addresses": 0.9},
    "cache_hits": {"cache_hits": 0.8},
    "ranged": {"ranged": 0.5},
    "other_clients": {"other_clients": 0.2},
    "images": {"images": 0.2},
    "ci": {"ci": 0.02},
    "silent": {"silent": 0.2},
}
LOW, HIGH = 0.93, 0.97


def main() -> None:
    """Measure, print the tables, and fail where a claim does not hold."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--installations", type=int, default=2000, help="people's installations")
    parser.add_argument("--days", type=int, default=28, help="days of logs")
    parser.add_argument("--seeds", type=int, default=400, help="populations for the claims")
    parser.add_argument("--dial-seeds", type=int, default=60, help="populations under each dial alone")
    options = parser.parse_args()
    plain = Scenario(installations=options.installations, days=options.days, opted_out=0.05)
    print(f"python -m benchmarks.accuracy {' '.join(sys.argv[1:])}\n", flush=True)
    with multiprocessing.get_context("spawn").Pool() as pool:
        expectations = expected(plain)

        def tried(dials: dict[str, float], seeds: int) -> list[list[Found]]:
            scenarios = [replace(plain, seed=seed, **dials) for seed in range(seeds)]
            return pool.starmap(trial, [(scenario, expectations) for scenario in scenarios], chunksize=2)

        print("| estimator | truth, mean | estimate, mean | bias | interval contains the truth |")
        print("|---|---|---|---|---|")
        held = {}
        for name, found in _by_estimator(tried(HANDLED, options.seeds)).items():
            held[name] = _coverage(found)
            truth, value = fmean(one.truth for one in found), fmean(one.estimate.value or 0 for one in found)
            print(f"| {name} | {truth:.4g} | {value:.4g} | {_bias(found)} | {_percent(held[name])} |")
        print(f"\n| dial | {' | '.join(ESTIMATORS)} |\n|{'---|' * (len(ESTIMATORS) + 1)}", flush=True)
        hostile = {
            name: share for name, share in PRESETS["hostile"].items() if name not in ("late", "garbage")
        }
        for dial, dials in {**ALONE, "hostile": hostile}.items():
            cells = [_cell(found) for found in _by_estimator(tried(dials, options.dial_seeds)).values()]
            shown = f"`{dial}` {dials[dial]}" if dial in dials else dial
            print(f"| {shown} | {' | '.join(cells)} |", flush=True)
    if wrong := [name for name, share in held.items() if share is not None and not LOW <= share <= HIGH]:
        raise SystemExit(f"the interval does not hold the truth as often as it says: {', '.join(wrong)}")


def _by_estimator(trials: Iterable[list[Found]]) -> dict[str, list[Found]]:
    return {together[0].estimator: list(together) for together in zip(*trials, strict=True)}


def _cell(found: list[Found]) -> str:
    share = _coverage(found)
    return _bias(found) if share is None else f"{_bias(found)}; {_percent(share)}"


def _bias(found: list[Found]) -> str:
    """The mean error, as a share of the truth."""
    return f"{fmean(one.error for one in found):+.1%}"


def _coverage(found: list[Found]) -> float | None:
    covered = [one.is_covered for one in found if one.is_covered is not None]
    return fmean(covered) if covered else None


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"


if __name__ == "__main__":
    main()
