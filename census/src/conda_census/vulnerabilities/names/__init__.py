"""Names of conda packages in other ecosystems."""
