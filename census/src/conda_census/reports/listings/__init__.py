"""Lists and tables of the other commands: sources, advisories, queries, exports."""
