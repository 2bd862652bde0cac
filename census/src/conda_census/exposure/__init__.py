"""Who still holds an affected build, and how fast do they heal? Advisories, inventory and survival."""
