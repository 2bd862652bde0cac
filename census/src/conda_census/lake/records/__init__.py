"""Small files of a lake beside its tables: totals, doubts, lost days, logs put aside."""
