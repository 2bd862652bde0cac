"""Statements of ``info/security.json`` in a conda package (``info-security-1`` of github.com/conda/schemas).

The file is in an unpacked package, beside the ``info/index.json`` that names the build.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from conda_census.vulnerabilities.input_fields import Field
from conda_census.vulnerabilities.input_files import expect_content, read_input_files
from conda_census.vulnerabilities.overrides import Override, Status

__all__ = ["SECURITY_LISTS", "index_beside", "is_info_security", "listed", "listed_overrides"]

#: The lists of the file, with their status in OpenVEX and a default statement.
SECURITY_LISTS: dict[str, tuple[Status, str]] = {
    "vulns_mitigated": ("fixed", "mitigated by a patch of this build"),
    "vulns_cleared": ("not_affected", "cleared: looked at, and does not apply"),
    "vulns_disputed": ("not_affected", "disputed"),
    "vulns_active": ("affected", "active: update the package"),
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LARGEST_MS = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // timedelta(milliseconds=1)


def is_info_security(content: Field) -> bool:
    """Tell whether a file is an ``info/security.json``, by its name or by its lists."""
    return Path(content.file).name == "security.json" or not SECURITY_LISTS.keys().isdisjoint(content.table())


def index_beside(content: Field) -> Field:
    """Read the ``index.json`` of the package.

    Raises:
        CensusError: the file is missing or cannot be read.
    """
    [document] = read_input_files([Path(content.file).with_name("index.json")])
    return expect_content(document)


def listed_overrides(index: Field, name: str, entry: Field) -> list[Override]:
    """Return what an entry says of its build and of later builds of the same version and subdir.

    A build without a time counts as old, so that statements from elsewhere win.
    """
    status, words = SECURITY_LISTS[name]
    package, version, build = (index[key].text() for key in ("name", "version", "build"))
    time_ms = index["timestamp"].whole_number() if index["timestamp"] else 0
    if time_ms > _LARGEST_MS:
        raise index["timestamp"].wrong("is beyond the year 9999: correct it")
    override = Override(
        advisory=entry["id"].text(),
        conda_name=package,
        version=version,
        build=build,
        from_build_number=index["build_number"].whole_number(),
        subdir=index["subdir"].optional_text(),
        channel=None,
        status=status,
        justification=None,
        statement=entry["comment"].optional_text() or words,
        said_at=_EPOCH + timedelta(milliseconds=time_ms),
        author=f"info/security.json of {package}-{version}-{build}",
    )
    return [override]


def listed(content: Field) -> Iterator[tuple[str, Field]]:
    """Yield each entry with the name of its list."""
    for name in SECURITY_LISTS:
        for entry in content[name].items():
            yield name, entry
