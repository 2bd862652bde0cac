"""Simulated population, its access logs, and the truth that a census should find."""
