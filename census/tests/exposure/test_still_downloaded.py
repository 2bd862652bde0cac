"""Affected builds that are still downloaded."""

from __future__ import annotations

from census_support.inputs.made_up_visits import Visit, day, lake_of, made_up_matches
from conda_census.exposure.still_downloaded import list_still_downloaded


def test_affected_builds_of_the_last_30_days_by_tool() -> None:
    """Most downloaded first; with tokens or without, and neither what is healed nor what is long ago."""
    visits = [
        Visit(70, "ada", "base", ("bad",)),
        Visit(71, "ada", "base", ("bad",), tool="mamba"),
        Visit(99, "bob", None, ("bad",)),
        Visit(99, "cy", None, ("bad", "good", "other"), minute=9),
        Visit(99, "dan", None, ("worse",), tool=None),
        Visit(101, "ada", "base", ("bad",)),
    ]

    found = list_still_downloaded(lake_of(visits), made_up_matches(), day(100))

    assert [(each.version, each.subdir, each.tool, each.downloads) for each in found] == [
        ("2.0", "linux-64", "conda", 2),
        ("2.0", "linux-64", "mamba", 1),
        ("2.1", "win-64", None, 1),
    ]


def test_a_session_in_several_batches_downloads_once() -> None:
    """It has two rows in the lake, of one tool."""
    tables = lake_of([Visit(99, "ada", "base", ("bad",))], copies_of_sessions=2)

    assert [each.downloads for each in list_still_downloaded(tables, made_up_matches(), day(100))] == [1]
