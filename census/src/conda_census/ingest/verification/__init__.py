"""Logs that are still there, compared with what the lake holds of them."""
