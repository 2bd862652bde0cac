"""The pipeline from access logs to the lake, which counts each line exactly once."""
