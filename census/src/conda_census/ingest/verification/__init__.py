"""Comparison of the logs that still exist with the content of the lake."""
