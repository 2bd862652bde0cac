"""Tests that need a program that is not installed."""

import pytest

from e2e.programs import require

MISSING = "no-such-web-server"


def test_missing_program_skips_and_names_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a developer's machine the test is skipped, and the reason says what to install."""
    monkeypatch.delenv("CENSUS_REQUIRE_ALL", raising=False)
    with pytest.raises(pytest.skip.Exception, match="Debian package no-such-package"):
        require(MISSING, "no-such-package")


def test_missing_program_fails_where_all_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    """In continuous integration nothing may be skipped."""
    monkeypatch.setenv("CENSUS_REQUIRE_ALL", "1")
    with pytest.raises(pytest.fail.Exception, match="Debian package no-such-package"):
        require(MISSING, "no-such-package")


def test_installed_program_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs of an administrator are found without their folder on the search path."""
    monkeypatch.setenv("PATH", "")
    assert require("ldconfig", "libc-bin").is_file()
