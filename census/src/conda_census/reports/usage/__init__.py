"""Report on usage: its schema, tables, charts, and its form on each surface."""
