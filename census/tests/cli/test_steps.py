"""Does a person see how far the work is?"""

from __future__ import annotations

import io

from rich.console import Console

from conda_census.steps import shown_steps


def test_in_a_log_one_line_for_each_step() -> None:
    """A name that holds anything stays on its line, and what looks like markup is text."""
    written = io.StringIO()
    with shown_steps(Console(file=written, width=20), "reading again") as progress:
        progress("a\n[red]b[/red] in a long folder", done=0, of=2)
        progress("c", done=1, of=2)
    assert written.getvalue() == (
        "reading again a\\n[red]b[/red] in a long folder (1 of 2)\nreading again c (2 of 2)\n"
    )


def test_on_a_terminal_a_bar() -> None:
    """It shows the step and how many there are, and is gone afterwards."""
    written = io.StringIO()
    console = Console(file=written, force_terminal=True, width=80, color_system=None)
    with shown_steps(console, "compacting") as progress:
        progress("sessions of [2024-01-16]", done=1, of=5)
    shown = written.getvalue()
    assert "1/5" in shown
    assert "sessions of [2024-01-16]" in shown
    assert "compacting" not in shown.rpartition("\x1b[2K")[2]
