"""Whose truth is known? A made-up population, its access logs, and what a census of them should find."""
