"""Severity of records."""

from __future__ import annotations

import pytest

from census_support.inputs.osv_records import advisory
from conda_census.vulnerabilities.severity import Severity, worst

# Base scores as the calculator of FIRST gives them.
_V3_HIGH = {"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:N"}  # 8.1
_V3_LOW = {"type": "CVSS_V3", "score": "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:L"}  # 3.3
_V3_NONE = {"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N"}  # 0
_V4_CRITICAL = {
    "type": "CVSS_V4",
    "score": "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
}  # 9.3
_V2_MEDIUM = {"type": "CVSS_V2", "score": "AV:N/AC:M/Au:N/C:N/I:P/A:N"}  # 4.3


@pytest.mark.parametrize(
    ("fields", "severity"),
    [
        ({"severity": [_V3_HIGH]}, "high"),
        ({"severity": [_V3_LOW]}, "low"),
        ({"severity": [_V3_NONE]}, "none"),
        ({"severity": [_V2_MEDIUM]}, "medium"),
        ({"severity": [_V3_LOW, _V4_CRITICAL]}, "critical"),
        ({"severity": [_V3_LOW], "database_specific": {"severity": "CRITICAL"}}, "low"),
        ({"database_specific": {"severity": "MODERATE"}}, "medium"),
        ({"database_specific": {"severity": "Moderate"}}, "medium"),
        ({"database_specific": {"severity": "High"}}, "high"),
        ({"database_specific": {"severity": "dreadful"}}, "unknown"),
        ({"database_specific": {"severity": 9}}, "unknown"),
        ({"severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/nonsense"}]}, "unknown"),
        ({"severity": [{"type": "Ubuntu", "score": "high"}]}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_severity(fields: dict[str, object], severity: Severity) -> None:
    """Of the newest version of CVSS; the word of the database where there is no vector."""
    assert advisory(**fields).severity == severity  # type: ignore[arg-type]


def test_vectors_of_an_entry_count() -> None:
    """Bitnami has them there; the worst counts."""
    package = {"ecosystem": "Bitnami", "name": "demo"}
    entries = [{"package": package, "severity": [each]} for each in (_V3_LOW, _V3_HIGH)]
    assert advisory(affected=entries).severity == "high"


def test_the_worst() -> None:
    """What is not known comes last."""
    assert worst(["low", "unknown", "none"]) == "low"
    assert worst(["unknown", "none"]) == "none"
    assert worst([]) == "unknown"
