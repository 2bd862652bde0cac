"""Faults of a log that make its numbers wrong: cut user agents, proxies, changed formats."""
