"""Reports: their content and their form on each surface."""
