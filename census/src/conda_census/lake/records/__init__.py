"""Small files of a lake beside its tables: totals, doubts, lost days, sources set aside."""
