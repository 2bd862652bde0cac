"""Detection of wrong totals of a lake in which no row is missing.

The totals are in the commits of ``sources`` (``ledger``). If the totals and the rows disagree, one of them is
wrong, and the other is trusted:

- The rows, if three conditions hold. Every batch fits together in all tables: the requests of ``sources`` are
  those of ``sessions``, the downloads of ``sessions`` are the rows of ``downloads``, and so on. Every file
  has the digest in its name. The totals contradict each other: either the total of the table is that of its
  rows, or the totals of its days are.
- The totals in every other case: rows are missing, or there are too many.

Only the totals count the rows of ``installer_downloads``. So these rows are trusted only if one of the two
kinds of totals agrees with them.
"""

from __future__ import annotations

from conda_census.ingest.verification.unlisted_batches import TableBatches, incomplete_batches
from conda_census.lake.checks.self_check import Snapshot
from conda_census.lake.records.ledger import LEDGER_TABLES

__all__ = ["one_total_is_wrong", "rows_are_whole", "totals_are_wrong"]


def totals_are_wrong(snapshot: Snapshot) -> bool:
    """Return whether any of the totals differs from the rows."""
    return bool(snapshot.wrong_totals()) or any(snapshot.missing_rows(name) for name in LEDGER_TABLES)


def rows_are_whole(snapshot: Snapshot) -> bool:
    """Return whether every row is known to be there exactly once, whatever the totals say."""
    if any(snapshot.damaged_files(name) for name in snapshot.tables):
        return False
    held = {name: TableBatches.of(snapshot, name) for name in snapshot.tables}
    is_mixed = any(of_table.mixed for of_table in held.values())
    # Batches with a lost day, because rows of them were given up.
    given_up = {
        batch
        for of_table in held.values()
        for batch, days in of_table.days.items()
        if not snapshot.lost.isdisjoint(days)
    }
    if incomplete_batches(held) - given_up:
        return False
    is_compared = not (is_mixed or snapshot.lost)
    for name in LEDGER_TABLES:
        agrees = not snapshot.missing_rows(name) or not snapshot.missing_by_day(name)
        if not agrees and (name == "installer_downloads" or not is_compared):
            return False
    return True


def one_total_is_wrong(snapshot: Snapshot) -> bool:
    """Return whether the rows are whole, and the two kinds of totals of only one table contradict each other.

    This is the trace of one lost number in the log of ``sources``. A lost commit of a batch leaves more: the
    totals of at least ``sources`` and ``line_marks`` contradict each other then.
    """
    wrong = [name for name in LEDGER_TABLES if snapshot.missing_rows(name) or snapshot.missing_by_day(name)]
    agrees = all(not snapshot.missing_rows(name) or not snapshot.missing_by_day(name) for name in wrong)
    return len(wrong) == 1 and agrees and rows_are_whole(snapshot)
