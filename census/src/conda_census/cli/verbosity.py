"""How much a command says: the options ``--quiet`` and ``--verbose``, which every command takes.

Results go to standard output, and all else to standard error. By default an action sums up in a line what it
did, however many files it was. ``--quiet`` leaves warnings, errors and what was asked for. ``--verbose`` adds
one line for each step and says how long it took. On a terminal a bar shows the steps, but not if it is
to be quiet.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

import typer
from rich.console import Console

from conda_census.cli.options import complain
from conda_census.errors import CensusError
from conda_census.steps import Steps, say_nothing, shown_steps

__all__ = ["QuietOption", "VerboseOption", "Verbosity", "say_how_long", "verbosity_of"]

#: So many errors of one run are told without ``--verbose``.
_MOST_ERRORS = 10


def say_how_long(context: typer.Context, verbose: bool) -> bool:
    """Let a verbose command say at its end how long it took."""
    if verbose:
        started = time.monotonic()
        context.call_on_close(
            lambda: typer.echo(f"{context.command_path}: {time.monotonic() - started:.1f} s", err=True)
        )
    return verbose


QuietOption = Annotated[bool, typer.Option("--quiet", help="Print only results, warnings and errors.")]
VerboseOption = Annotated[
    bool,
    typer.Option(
        "--verbose",
        help="Print each step and its duration to standard error.",
        callback=say_how_long,
    ),
]


@dataclass(frozen=True)
class Verbosity:
    """How much to say; at most one of the two."""

    quiet: bool = False
    verbose: bool = False

    def shows_steps(self, console: Console) -> bool:
        """Whether steps are shown: as a bar on a terminal, elsewhere as lines."""
        return not self.quiet and (self.verbose or console.is_terminal)

    @contextmanager
    def steps(self, doing: str) -> Iterator[Steps]:
        """Show the steps of work on standard error, as far as they are to be shown."""
        console = Console(stderr=True)
        if not self.shows_steps(console):
            yield say_nothing
            return
        with shown_steps(console, doing) as progress:
            yield progress

    def say(self, lines: Iterable[str], *, err: bool = False) -> None:
        """Say what was done, unless it is to be quiet."""
        if not self.quiet:
            for line in lines:
                typer.echo(line, err=err)

    def complain_of(self, errors: Iterable[CensusError]) -> None:
        """Tell the first errors of a run and how many more there are, or all of them if verbose."""
        told = list(errors)
        for error in told if self.verbose else told[:_MOST_ERRORS]:
            complain(error)
        if len(told) > _MOST_ERRORS and not self.verbose:
            complain(CensusError(f"{len(told) - _MOST_ERRORS:,} more errors: --verbose tells all of them"))


def verbosity_of(quiet: bool, verbose: bool) -> Verbosity:
    """Return the verbosity of the two options, of which at most one was given."""
    if quiet and verbose:
        raise typer.BadParameter("choose one of the two", param_hint="--quiet, --verbose")
    return Verbosity(quiet, verbose)
