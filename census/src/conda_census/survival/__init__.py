"""Estimators of survival analysis, in numpy."""
