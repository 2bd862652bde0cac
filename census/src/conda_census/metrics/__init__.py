"""Questions that the census answers: one module each, from Ibis tables to a small answer."""
