"""Report on exposure to an advisory: tables, charts, and its form on each surface."""
