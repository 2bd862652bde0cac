"""Checks of a lake: is each row there, and is each file as it was written."""
