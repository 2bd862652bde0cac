"""Definitions of the numbers of an exposure."""

from __future__ import annotations

__all__ = ["ACTIVE", "DEFINITIONS", "NOT_DOWNLOADED", "NO_FIX", "NO_NEED", "NO_PACKAGE", "WITHDRAWN"]

#: The scope of the count of the exposed.
ACTIVE = "Active: seen within the last 30 days."

#: One line for each number, by its place on the page.
DEFINITIONS = {
    "exposed": "Active environments whose latest own download of the package is an affected build. "
    f"{ACTIVE} An environment counts once for each installation that has it.",
    "band": "At the least: without those whose package cache could have healed them unseen. At the most: "
    "with those whose cache could have given them the build unseen.",
    "upgraded": "Of the environments exposed at the disclosure, the share that has downloaded an unaffected "
    "build since. Kaplan and Meier's estimate.",
    "median": "Days from the disclosure until half of those exposed then had moved. Not reached: more than "
    "half were still exposed for as long as anybody was watched.",
    "unknown": "Environments that hold something whose project no map knows: no advisory can say anything "
    "of it. It is unknown, not clean.",
    "states": "Remediated: has downloaded an unaffected build itself since. Exposed: active, and has not. "
    "Silent: not active and not remediated. Silence heals nobody, and never counts as healing.",
    "curve": "Kaplan and Meier's estimate. Who was exposed at the disclosure and who became exposed since "
    "are never mixed. Who is not seen any more leaves the curve a usual gap between two visits after the "
    "last one. The band is as wide as if all had left at their last visit, or had stayed to the end, with "
    "the 95 % interval of each.",
    "clocks": "Nobody can heal before there is a fix: the second clock begins when a fixed build was first "
    "downloaded for the platform of the environment, and never before the disclosure.",
    "still_downloaded": "Complete downloads of affected builds within the last 30 days, by all who asked, "
    "with and without tokens.",
    "fix": "The smallest build in the channel, by version and then by number, that no open advisory of the "
    "package affects, for every platform that took an affected build.",
    "packages": "A conda package is matched to a record by a map alone, never because names look alike.",
}

#: Shown if a record is about nothing that conda has.
NO_PACKAGE = "No conda package: no map leads from the record to one."

#: Shown if all records are withdrawn.
WITHDRAWN = "Withdrawn: it affects nothing."

#: Shown if no active installation needs a fix.
NO_NEED = "Nobody who is active holds an affected build."

#: Shown if no affected build was downloaded lately.
NOT_DOWNLOADED = "No affected build within the last 30 days."

#: Shown if no fix is known.
NO_FIX = (
    "Not known: no channel index that was imported has a build that clears all advisories of the "
    "package for the platforms that were seen (conda-census advisories repodata)."
)
