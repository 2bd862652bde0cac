"""Commands of ``conda-census``: one file for each, without logic of its own."""

from __future__ import annotations

import gc
import os
import signal
import sys
from types import FrameType
from typing import Annotated, NoReturn

import typer

from conda_census import __version__
from conda_census.cli.advisories import advisories
from conda_census.cli.compact import compact
from conda_census.cli.edge import expect_address_space, print_traceback_if_asked, told
from conda_census.cli.export import export
from conda_census.cli.exposure import exposure
from conda_census.cli.exposures import exposures
from conda_census.cli.formats import formats
from conda_census.cli.ingest import ingest
from conda_census.cli.option_groups import GroupedCommand
from conda_census.cli.options import complain
from conda_census.cli.plain_words import PlainGroup
from conda_census.cli.process import keep_freed_memory, run_and_end
from conda_census.cli.repair import repair
from conda_census.cli.report import report
from conda_census.cli.simulate import simulate
from conda_census.cli.sources import sources
from conda_census.cli.sql import sql
from conda_census.errors import CensusError

__all__ = ["app", "main", "run"]

app = typer.Typer(
    name="conda-census",
    cls=PlainGroup,
    help="How many conda installations and environments use a repository, from its access logs.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

#: Number of new objects after which Python looks for garbage. At its default, 700, a report takes 7 % longer.
_OBJECTS_BETWEEN_COLLECTIONS = 50_000
#: Settings that libraries read when they are imported. Threads of numpy for linear algebra would wait in a
#: loop for work that never comes. Arrow's own allocator would return memory that is needed again at once.
_OF_LIBRARIES = {"OPENBLAS_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}

_COMMANDS = (
    ingest,
    formats,
    report,
    sources,
    sql,
    compact,
    repair,
    export,
    exposure,
    exposures,
)
for command in _COMMANDS:
    app.command()(command)
app.command(cls=GroupedCommand)(simulate)
app.add_typer(advisories)


def run() -> NoReturn:
    """Run :func:`main` as a process of its own, and end the process."""
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    for name, value in _OF_LIBRARIES.items():
        os.environ.setdefault(name, value)
    keep_freed_memory()
    run_and_end(main)


def main() -> None:
    """Run the command that the arguments name, and print errors that a person can correct in one line."""
    signal.signal(signal.SIGINT, _interrupt)
    try:
        _run()
    except CensusError as error:
        print_traceback_if_asked()
        complain(error)
        sys.exit(1)
    except BrokenPipeError:
        # The reader of the pipe has closed it. Nothing more can be written, not even at exit.
        sys.stdout = None
        sys.exit(0)
    except OSError as error:
        print_traceback_if_asked()
        sys.stdout = None
        place = error.filename or "standard output"
        complain(CensusError(f"{place}: {error.strerror}: put this right and run the same command again"))
        sys.exit(1)
    except Exception as problem:  # noqa: BLE001 (this is the edge)
        print_traceback_if_asked()
        sys.stdout = None
        complain(told(problem))
        sys.exit(1)


def _run() -> None:
    """Run the command and flush its output.

    Raises:
        BrokenPipeError: the reader of the output has closed it, even if a library hid that error.
    """
    try:
        app()
    except SystemExit as end:
        context: BaseException | None = end
        while context:
            if isinstance(context, BrokenPipeError):
                raise context from None
            context = context.__context__
        if end.code in (None, 0) and sys.stdout:
            sys.stdout.flush()
        raise


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    if version:
        typer.echo(f"conda-census {__version__}")
        raise typer.Exit
    expect_address_space()


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    """Stop in good order at the first Ctrl-C, at once at the second: DuckDB 2.0 may wait for ever."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    raise KeyboardInterrupt
