"""The report on usage: its schema, tables, charts, and how it looks on each surface."""
