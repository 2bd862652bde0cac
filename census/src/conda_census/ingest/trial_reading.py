"""Trial reading of one source in a process whose exit code shows if it ended normally.

The process receives its task on standard input and prints nothing: the later real reading reports problems.
"""

from __future__ import annotations

import os
import pickle
import sys
from datetime import UTC, datetime

from conda_census.config import Settings
from conda_census.decode.pseudonyms import Secrets
from conda_census.ingest.batch_reading import read_batch
from conda_census.ingest.duplicates.known_logs import known_logs
from conda_census.ingest.source_reading import Claimed
from conda_census.ingest.summary import Summary
from conda_census.lake.batches import Batch
from conda_census.lake.records.attempts import is_no_fault_of_a_source
from conda_census.lake.source_rows import SourceRows
from conda_census.lake.store import Lake
from conda_census.logs.fingerprints import head_of
from conda_census.logs.format_detection import format_of, read_beginning
from conda_census.logs.formats import formats
from conda_census.logs.sources.discovery import source_at
from conda_census.spill_folders import spill_folder


def read_for_nothing(settings: Settings, location: str, format_name: str) -> None:
    """Read the source as ingest would, and discard the result."""
    secrets = Secrets(settings.config_folder)
    source = source_at(location, settings.config_folder)
    beginning = read_beginning(source)
    log_format = format_of(source, beginning, formats(settings), format_name)
    head = head_of(beginning.lines, secrets.token_key())
    lake = Lake.open(settings.lake)
    with spill_folder() as folder:
        batch = Batch("trial", 1, folder, (location,), format_name, datetime.now(UTC))
        read_batch(
            lake,
            batch,
            [Claimed(0, source, head, log_format, beginning.lines)],
            known_logs(SourceRows(lake)),
            secrets,
            Summary(),
            lambda **_: None,
            settings.channels,
            keep_machines=settings.machines,
        )


def _main() -> None:
    try:
        settings, location, format_name = pickle.load(sys.stdin.buffer)  # noqa: S301 (written by our parent)
        read_for_nothing(settings, location, format_name)
    except EOFError:  # the parent was killed before it sent the task
        os._exit(1)
    except BaseException as problem:  # noqa: BLE001 (the later real reading reports it)
        os._exit(0 if is_no_fault_of_a_source(problem) else 1)


if __name__ == "__main__":
    _main()
