"""How does a test make what a lake knows of vulnerabilities, without any file?"""

from __future__ import annotations

from pathlib import Path

from conda_census.lake.store import Lake
from conda_census.vulnerabilities.aliases import group_aliases
from conda_census.vulnerabilities.database import VulnerabilityDatabase
from conda_census.vulnerabilities.matching import Matcher
from conda_census.vulnerabilities.names.name_entries import NameEntry
from conda_census.vulnerabilities.names.package_names import NameMap
from conda_census.vulnerabilities.osv import Advisory

__all__ = ["known_of"]


def known_of(folder: Path, *records: Advisory) -> VulnerabilityDatabase:
    """These records, in a lake without any index; of names it knows numpy, and a suite of two."""
    entries = [
        NameEntry("numpy", "PyPI", ("numpy",), "own", "own.toml"),
        NameEntry("suite", "PyPI", ("within", "beside"), "own", "own.toml"),
    ]
    names = NameMap(entries)
    return VulnerabilityDatabase(
        Lake.open_or_create(folder / "known", "k"), group_aliases(records), names, Matcher(names)
    )
