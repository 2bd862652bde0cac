"""Measurements of speed, memory and accuracy; each prints its command, sizes and results."""
