"""Repair of a damaged lake, and removal of what one log brought to it."""
