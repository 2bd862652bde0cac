"""How does each part of the report look as a chart? One file for each, written once for every surface."""
