"""Limitations that are listed beside an exposure."""

from __future__ import annotations

from conda_census.exposure.exposure_notes import list_limitations
from conda_census.vulnerabilities.conda_packages import AUTOMATIC, package_class


def test_packages_that_conda_updates_by_itself_are_a_class_of_their_own() -> None:
    """The three that METHODS names."""
    assert {"ca-certificates", "certifi", "openssl"} == AUTOMATIC
    assert (package_class("openssl"), package_class("numpy")) == ("automatic", "ordinary")


def test_of_these_it_is_said_what_to_compare_them_with() -> None:
    """And of no other."""
    (said,) = set(list_limitations(["openssl", "numpy"])) - set(list_limitations(["numpy"]))

    assert said.startswith("openssl is updated by conda at every change")
    assert said.endswith("only with ca-certificates and certifi.")
