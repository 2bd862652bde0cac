"""Advisories as lines on a terminal and in a pipe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from conda_census.reports.exposure.wording import affected_of
from conda_census.reports.listings.advisory_list import AdvisoryJson
from conda_census.reports.render.numbers import plain
from conda_census.vulnerabilities.affected_packages import AdvisedPackage

__all__ = ["advisory_lines", "list_lines"]

_COLUMNS = ("advisory", "severity", "published", "packages", "summary")


def list_lines(listed: Iterable[AdvisoryJson]) -> Iterator[str]:
    """Yield one line for each advisory with tab-separated fields, below their heading."""
    yield "\t".join(_COLUMNS)
    for each in listed:
        packages = ", ".join(package["conda_name"] for package in each["packages"]) or "-"
        state = "withdrawn" if each["withdrawn"] else each["severity"]
        day = (each["published"] or "-")[:10]
        yield "\t".join(map(plain, (each["id"], state, day, packages, each["summary"] or "-")))


def advisory_lines(advisory: AdvisoryJson) -> Iterator[str]:
    """Yield the lines of one complete advisory."""
    yield plain(f"{advisory['id']}  {advisory['severity']}{'  withdrawn' if advisory['withdrawn'] else ''}")
    if advisory["summary"]:
        yield plain(advisory["summary"])
    yield f"also known as  {plain(', '.join(advisory['aliases']) or '-')}"
    yield f"published      {advisory['published'] or '-'}"
    for package in advisory["packages"]:
        yield plain(_package(package))
    if advisory["bundled"]:
        yield plain(f"carried among others by  {', '.join(advisory['bundled'])}: their versions tell nothing")
    if not advisory["packages"]:
        yield "no conda package: no map leads from the record to one"
    for record in advisory["records"]:
        state = f", withdrawn {record['withdrawn']}" if record["withdrawn"] else ""
        about = ", ".join(record["packages"]) or "commits alone"
        yield plain(f"record         {record['id']}, modified {record['modified']}{state}: {about}")


def _package(package: AdvisedPackage) -> str:
    where = f" in {package['channel']}" if package["channel"] else ""
    affected = affected_of(package)
    fixed = f"; fixed in {', '.join(package['fixed_in'])}" if package["fixed_in"] else ""
    return f"package        {package['conda_name']}{where} (by {package['map']}): {affected}{fixed}"
