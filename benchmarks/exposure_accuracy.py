"""Does the band of an exposure hold the true number of those affected, and its curve their share?

It simulates populations in which a package is found vulnerable, under each dial alone and under all at once,
looks at each advisory 7, 30, 90 and 180 days after its disclosure as a reader would on that day, and prints
the tables of ``docs/explanation/accuracy.md``, with what naive estimates would have said. It fails if a band
or a curve holds the truth in less than 95 of 100 cases.

Run it as ``python -m benchmarks.exposure_accuracy``; ``--help`` has the sizes.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import chain
from math import inf, isfinite
from statistics import fmean, median

from benchmarks.trials.exposure_found import DAYS, FoundExposure, find_exposures
from conda_census.simulate.scenario import PRESETS, Scenario

#: Each dial alone. Most of what a cache hides lies in installations with several environments.
DIALS: dict[str, dict[str, float]] = {
    "none": {},
    "cache_hits": {"cache_hits": 0.8, "single": 0.2},
    "clones": {"clones": 0.3, "single": 0.2},
    "images": {"images": 0.3},
    "ci": {"ci": 0.02},
    "silent": {"silent": 0.3},
    "opted_out": {"opted_out": 0.3},
    "without_plugin": {"without_plugin": 0.5},
    "shared_addresses": {"shared_addresses": 0.9},
    "interrupted": {"interrupted": 0.3},
    "ranged": {"ranged": 0.5},
    "other_clients": {"other_clients": 0.2},
    # Those of logs alone do nothing to a lake that no log was read into.
    "hostile": {name: share for name, share in PRESETS["hostile"].items() if name not in ("late", "garbage")},
}
LEAST = 0.95
Cases = list[FoundExposure]
Cell = Callable[[Cases], str]


def main() -> None:
    """Measure, print the tables, and fail where a claim does not hold."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--installations", type=int, default=1000, help="people's installations")
    parser.add_argument("--disclosures", type=int, default=1, help="advisories of each population")
    parser.add_argument("--seeds", type=int, default=200, help="populations under each dial")
    parser.add_argument("--dials", nargs="+", choices=DIALS, default=list(DIALS), help="only these")
    options = parser.parse_args()
    # What is disclosed last, after a quarter of the window, is followed for 180 days.
    plain = Scenario(
        installations=options.installations, days=245, disclosures=options.disclosures, urgency=0.1
    )
    print(f"python -m benchmarks.exposure_accuracy {' '.join(sys.argv[1:])}\n", flush=True)
    found: dict[str, Cases] = {}
    with multiprocessing.get_context("spawn").Pool() as pool:
        for dial in options.dials:
            scenarios = [replace(plain, seed=seed, **DIALS[dial]) for seed in range(options.seeds)]
            found[dial] = list(chain.from_iterable(pool.imap_unordered(find_exposures, scenarios)))
            print(f"{dial} is done", file=sys.stderr, flush=True)
    _print_by_day("exposed environments", found, _count)
    _print_by_day("share still exposed", found, _share)
    _print_naive(found)
    _print_unseen(found)
    wrong = {dial for dial in found for share in _held(found[dial]) if share < LEAST}
    if wrong:
        raise SystemExit(f"the truth lies outside too often: {', '.join(sorted(wrong))}")


def _held(cases: Cases) -> Iterable[float]:
    for days in DAYS:
        on_day = [one for one in cases if one.days == days]
        yield fmean(one.is_held for one in on_day)
        yield fmean(one.is_covered or False for one in _stated(on_day))


def _print_by_day(title: str, found: dict[str, Cases], cell: Cell) -> None:
    print(f"| {title} after | {' | '.join(f'{days} days' for days in DAYS)} |\n|{'---|' * (len(DAYS) + 1)}")
    for dial, cases in found.items():
        cells = [cell([one for one in cases if one.days == days]) for days in DAYS]
        print(f"| {_name(dial)} | {' | '.join(cells)} |")
    print(flush=True)


def _count(cases: Cases) -> str:
    """The mean truth, the error of what is observed as a share of it, the mean band, how often it holds."""
    truth = sum(one.told["active"] for one in cases)
    error = sum(one.band.observed for one in cases) / truth - 1
    low, high = fmean(one.band.low for one in cases), fmean(one.band.high for one in cases)
    held = fmean(one.is_held for one in cases)
    return f"{truth / len(cases):.1f}; {error:+.1%}; {low:.1f} to {high:.1f}; {held:.1%}"


def _share(cases: Cases) -> str:
    """The mean truth, the mean error in points, the mean interval, and how often it holds the truth."""
    stated = _stated(cases)
    truth, value, low, high = (100 * fmean(column) for column in zip(*map(_shares, stated), strict=True))
    held = fmean(one.is_covered or False for one in stated)
    return f"{truth:.0f} %; {value - truth:+.0f}; {low:.0f} to {high:.0f}; {held:.1%}"


def _stated(cases: Cases) -> Cases:
    """Those in which the curve reaches the day."""
    return [one for one in cases if one.is_covered is not None]


def _shares(one: FoundExposure) -> list[float]:
    shares = (one.still, one.share.value, one.share.low, one.share.high)
    return [share for share in shares if share is not None]


def _print_naive(found: dict[str, Cases]) -> None:
    """Of 180 days after the disclosure; of half-lives the middle one."""
    names = ("still exposed", "curve", "silent is fixed", "median time", "curve", "closed cases", "holds it")
    print(f"| dial | {' | '.join(names)} |\n|{'---|' * (len(names) + 1)}")
    for dial, cases in found.items():
        last = _stated([one for one in cases if one.days == DAYS[-1]])
        lives = [one.half_life for one in last]
        cells = [
            f"{fmean(one.still or 0 for one in last):.0%}",
            f"{fmean(one.share.value or 0 for one in last):.0%}",
            f"{fmean(one.silent_is_fixed or 0 for one in last):.0%}",
            _middle(each.truth for each in lives),
            _middle(each.estimate.value for each in lives),
            _middle(each.closed_cases for each in lives),
            f"{fmean(each.is_covered for each in lives):.1%}",
        ]
        print(f"| {_name(dial)} | {' | '.join(cells)} |")
    stated = [len(_stated(cases)) / len(cases) for cases in found.values()]
    print(
        f"\nUnder each dial somebody was watched to the day in {min(stated):.1%} of the cases or more.\n",
        flush=True,
    )


def _middle(days: Iterable[float | None]) -> str:
    found = median(inf if day is None else day for day in days)
    return f"{found:.0f} days" if isfinite(found) else "longer"


def _print_unseen(found: dict[str, Cases]) -> None:
    """What no log tells, 180 days after the disclosure, for each unit that is truly active and exposed."""
    print("| dial | units | environments counted separately | held, seen or not | everywhere |")
    print("|---|---|---|---|---|")
    for dial, cases in found.items():
        told = [one.told for one in cases if one.days == DAYS[-1]]
        sums = [
            sum(each["active"] for each in told),
            sum(each["active_apart"] for each in told),
            sum(each["held"] for each in told),
            sum(each["everywhere"] for each in told),
        ]
        print(f"| {_name(dial)} | {' | '.join(f'{each / sums[0]:.2f}' for each in sums)} |")


def _name(dial: str) -> str:
    chosen = DIALS[dial]
    return ", ".join(f"`{name}` {share}" for name, share in chosen.items()) if dial in chosen else dial


if __name__ == "__main__":
    main()
