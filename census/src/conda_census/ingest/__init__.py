"""The pipeline from access logs to the lake: each line counts exactly once."""
