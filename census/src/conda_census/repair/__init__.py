"""Repair of a damaged lake, and removal of the rows that one log brought to it."""
