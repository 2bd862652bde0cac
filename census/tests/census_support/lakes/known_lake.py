"""Which lake do the tests of the report know by heart?"""

from __future__ import annotations

from datetime import UTC, datetime

from census_support.lakes.small_lake import SmallLake


def fill(lake: SmallLake) -> None:
    """Three installations, four environments, two sessions that opted out, two installers, 40 lines."""
    lake.session("2024-01-01", "s1", "ada", "ada-base", requests=5, organizations=["o1"])
    lake.session("2024-01-02", "s2", "ada", "ada-work", requests=4)
    lake.session("2024-01-02", "s3", "bob", "bob-base", requests=3, organizations=["o2", "o1"])
    lake.session("2024-01-03", "s4", "cy", "cy-base")
    lake.session("2024-01-02", "h1", sharing="off", folded=True, requests=2, network="n2")
    lake.session("2024-01-03", "h2", sharing="off", folded=True, requests=1, network="n2")
    for number in range(6):
        lake.download("2024-01-02", organizations=["o1"] if number < 2 else [])
    lake.installer("2024-01-01", "curl").installer("2024-01-03", "firefox", platform="Windows-x86_64")
    # Read on the 4th at noon: the 2nd is complete then, the 3rd is not.
    read = {"ingested_at": datetime(2024, 1, 4, 12, tzinfo=UTC)}
    for day in ("2024-01-01", "2024-01-02", "2024-01-03"):
        lake.source(day, lines=10, requests=8, other_requests=2, dropped={"no-time": 2}, **read)
    lake.source("2024-01-03", source="more.log", lines=10, requests=10, dropped={}, **read)
