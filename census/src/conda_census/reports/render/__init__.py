"""Shared parts of all reports: theme, pages, charts as files, numbers as text."""
