"""Logs, records, visits and reports that tests read."""
