"""The report on exposure to an advisory: tables, charts, and how it looks on each surface."""
