from __future__ import annotations

import io
from html.parser import HTMLParser

import pytest
from rich.console import Console

from census_support.inputs.made_up_report import made_up
from conda_census.reports.usage.build import Report
from conda_census.reports.usage.definitions import DEFINITIONS
from conda_census.reports.usage.notes import NOTES, notes_on
from conda_census.reports.usage.page import page
from conda_census.reports.usage.terminal import show
from conda_census.simulate.scenario import DIALS

#: What each dial of the simulator makes wrong, and words of the sentence that says so.
_BIASES = {
    "opted_out": [("installations", "opted out")],
    "without_plugin": [("installations", "without the plug-in")],
    "shared_addresses": [("naive", "share an address"), ("without_token", "behind one address")],
    "images": [
        ("environments", "baked into an image"),
        ("single_share", "thrown away"),
        ("opted_out", "containers"),
    ],
    "ci": [
        ("installations", "throws its token away"),
        ("single_share", "thrown away"),
        ("opted_out", "throw tokens away"),
        ("installer_downloads", "CI"),
        ("first_seen", "throws its tokens away"),
        ("retention", "throws its tokens away"),
        ("agents", "throw their tokens away"),
    ],
    "cache_hits": [("downloads", "package cache"), ("packages", "from the cache")],
    "silent": [
        ("environments", "asked for nothing"),
        ("single_share", "silent"),
        ("retention", "looks gone"),
    ],
    "clones": [("environments", "a clone that kept the token")],
    "interrupted": [("downloads", "broke off")],
    "ranged": [("installer_downloads", "pieces that lie in the logs of two batches")],
    "late": [("by_day", "late logs")],
    "other_clients": [("installer_downloads", "crawler")],
}


#: These leave every number as it is: the first is no error, and the lines of the second are dropped.
_HARMLESS = {"single", "garbage"}


class Text(HTMLParser):
    """The text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.feed(html)

    def handle_data(self, data: str) -> None:
        """Keeps it."""
        self.text += data


def test_every_dial_was_thought_through() -> None:
    """Each biases a number, or is known to bias none."""
    assert {*_BIASES, *_HARMLESS} == set(DIALS)


@pytest.mark.parametrize("dial", _BIASES)
def test_what_a_dial_biases_is_told_beside_the_number(dial: str, report: Report) -> None:
    """What the simulator can make wrong, the report says."""
    for number, words in _BIASES[dial]:
        assert words.lower() in " ".join(notes_on(report.notes, number)).lower(), number


def test_each_note_is_on_a_number_that_is_defined() -> None:
    """No sentence stands alone."""
    assert {note.number for note in NOTES} <= set(DEFINITIONS)


@pytest.mark.takes_turns(5, among="the longest")
def test_the_same_sentences_stand_in_json_page_and_terminal(report: Report) -> None:
    """In the terminal where they are asked for."""
    stream = io.StringIO()
    report = made_up(report, 4)
    show(report, Console(file=stream, width=100), verbose=True)
    terminal = " ".join(stream.getvalue().split())
    text = " ".join(Text(page(report)).text.split())

    assert report.notes[: len(NOTES)] == list(NOTES)
    for note in NOTES:
        assert note.note in text
        assert note.note in terminal
