"""Trials of the estimators on simulated populations with known truth."""
