"""Options ``--quiet`` and ``--verbose``, which every command takes.

Results go to standard output, everything else to standard error. By default an action ends with a summary
of one line. ``--quiet`` prints only results, warnings and errors. ``--verbose`` adds one line for each step,
with its duration. A terminal shows the steps as a bar, unless ``--quiet`` is given.
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

#: Errors of one run that are printed without ``--verbose``.
_MOST_ERRORS = 10


def say_how_long(context: typer.Context, verbose: bool) -> bool:
    """Print the duration of a verbose command at its end."""
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
    """Options of verbosity, of which at most one is set."""

    quiet: bool = False
    verbose: bool = False

    def shows_steps(self, console: Console) -> bool:
        """Whether steps are shown: as a bar on a terminal, elsewhere as lines."""
        return not self.quiet and (self.verbose or console.is_terminal)

    @contextmanager
    def steps(self, doing: str) -> Iterator[Steps]:
        """Show the steps of work on standard error, if steps are shown at all."""
        console = Console(stderr=True)
        if not self.shows_steps(console):
            yield say_nothing
            return
        with shown_steps(console, doing) as progress:
            yield progress

    def say(self, lines: Iterable[str], *, err: bool = False) -> None:
        """Print what was done, unless ``--quiet`` is given."""
        if not self.quiet:
            for line in lines:
                typer.echo(line, err=err)

    def complain_of(self, errors: Iterable[CensusError]) -> None:
        """Print the first errors of a run and the number of the others, or all errors if verbose."""
        listed = list(errors)
        for error in listed if self.verbose else listed[:_MOST_ERRORS]:
            complain(error)
        if len(listed) > _MOST_ERRORS and not self.verbose:
            complain(CensusError(f"{len(listed) - _MOST_ERRORS:,} more errors: --verbose prints all of them"))


def verbosity_of(quiet: bool, verbose: bool) -> Verbosity:
    """Return the verbosity of the two options, of which at most one was given."""
    if quiet and verbose:
        raise typer.BadParameter("choose one of the two", param_hint="--quiet, --verbose")
    return Verbosity(quiet, verbose)
