"""Vulnerability records, names of packages, versions, and the builds that are affected."""
