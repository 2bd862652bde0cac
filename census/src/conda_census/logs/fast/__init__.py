"""How are regular lines taken apart fast? As whole arrays; other lines are left to their format's SQL."""
