"""Which exposure has something for every chart? One that is written down, and not counted from a lake."""

from __future__ import annotations

from datetime import date, timedelta

from conda_census.exposure.assessment_schema import (
    AdvisoryKeys,
    BandByClass,
    BandKeys,
    CurvePoint,
    Curves,
    Exposure,
    FixKeys,
    StateKeys,
    StatesOn,
    StillDownloadedRow,
    UnknownShares,
)
from conda_census.metrics.coverage.window import Window
from conda_census.metrics.intervals import Estimate
from conda_census.vulnerabilities.affected_packages import AdvisedPackage

__all__ = ["exposed_for", "nobody_exposed"]

_DISCLOSED = date(2024, 2, 1)
_TOOLS = ("conda", "mamba", "micromamba", "pixi", "rattler", None)
_PACKAGE = AdvisedPackage(
    conda_name="brotli-python",
    channel=None,
    package_class="ordinary",
    map="grayskull",
    affected=["<1.0.9", "==1.1.0rc1"],
    fixed_in=["1.0.9"],
    unclear=[],
)
_FIX = FixKeys(
    channel="conda-forge",
    version="1.0.9",
    build=None,
    clears=["CVE-2024-1", "CVE-2024-2"],
    subdirs=["linux-64", "win-64"],
    command="conda install 'brotli-python==1.0.9'",
)
_NOBODY, _NONE = BandKeys(low=0, observed=0, high=0), StateKeys(entered=0, remediated=0, exposed=0, silent=0)
_NOT_KNOWN = Estimate(value=None, low=None, high=None)


def exposed_for(days: int) -> Exposure:
    """Of 100 exposed at the disclosure one heals on each of the first 60 days, and 10 fell silent at once."""
    as_of = _DISCLOSED + timedelta(days=days)
    return Exposure(
        advisory=AdvisoryKeys(
            id="CVE-2024-1",
            aliases=["GHSA-1", "PYSEC-2024-1"],
            summary="Too much is unpacked",
            severity="high",
            published=_DISCLOSED.isoformat(),
            packages=[_PACKAGE],
            withdrawn=False,
            bundled=[],
        ),
        as_of=as_of.isoformat(),
        disclosed=_DISCLOSED.isoformat(),
        window=Window(date(2024, 1, 1), as_of, as_of),
        one_in=1,
        exposed=BandKeys(low=30, observed=45, high=1_080),
        by_class=BandByClass(
            lasting=BandKeys(low=30, observed=40, high=1_060),
            ephemeral=BandKeys(low=0, observed=3, high=12),
            image=BandKeys(low=0, observed=2, high=8),
            new=_NOBODY,
        ),
        prevalent=StateKeys(entered=100, remediated=60, exposed=30, silent=10),
        incident=StateKeys(entered=20, remediated=5, exposed=15, silent=0),
        upgraded_share=Estimate(value=0.6, low=0.5, high=0.7),
        curve=Curves(disclosure=_curve(days, 60), fix_available=_curve(days - 5, 55)),
        incident_curve=Curves(disclosure=_curve(days, 20), fix_available=_curve(days - 5, 20)),
        states=[_states(day) for day in range(days + 1)],
        median_days=Estimate(value=50.0, low=40.0, high=None),
        healing_until=as_of.isoformat(),
        usual_gap_days=17,
        still_downloaded=[
            StillDownloadedRow(
                channel="conda-forge",
                subdir="linux-64",
                name="brotli-python",
                version=f"1.0.{minor}",
                build=f"py311h9bf148f_{minor}",
                tool=tool,
                downloads=1_000 // (minor + 1) // (place + 1),
            )
            for minor in range(20)
            for place, tool in enumerate(_TOOLS)
        ],
        fix=_FIX,
        unknown=UnknownShares(downloads_share=0.2, environments_share=0.4),
        cannot_see=["What came from a mirror is not seen."],
        notes=[],
    )


def nobody_exposed(days: int) -> Exposure:
    """So many days after the disclosure, negative before it: nobody has an affected build."""
    found = exposed_for(max(days, 0))
    as_of = _DISCLOSED + timedelta(days=days)
    nothing = Curves(disclosure=[], fix_available=[])
    return found | Exposure(  # type: ignore[typeddict-item]  # all that is not named stays
        as_of=as_of.isoformat(),
        window=Window(date(2024, 1, 1), as_of, None),
        exposed=_NOBODY,
        by_class=BandByClass(lasting=_NOBODY, ephemeral=_NOBODY, image=_NOBODY, new=_NOBODY),
        prevalent=_NONE,
        incident=_NONE,
        upgraded_share=_NOT_KNOWN,
        curve=nothing,
        incident_curve=nothing,
        states=[],
        median_days=_NOT_KNOWN,
        healing_until=as_of.isoformat(),
        still_downloaded=[],
        fix=None,
        unknown=UnknownShares(downloads_share=None, environments_share=None),
    )


def _curve(days: int, healing: int) -> list[CurvePoint]:
    shares = [1 - min(day, healing) / 100 for day in range(days + 1)]
    return [
        CurvePoint(day=day, share=share, low=max(share - 0.1, 0), high=min(share + 0.1, 1))
        for day, share in enumerate(shares)
    ]


def _states(day: int) -> StatesOn:
    remediated, silent = min(day, 60) / 100, 0.1 if day else 0.0
    return StatesOn(day=day, remediated=remediated, exposed=1 - remediated - silent, silent=silent)
