"""Which engine runs the questions? One module for each: it opens the lake as Ibis tables."""
