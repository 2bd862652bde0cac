"""Which questions does the census answer? One module each: Ibis tables in, a small answer out."""
