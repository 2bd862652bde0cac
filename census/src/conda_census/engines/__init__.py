"""Engines that run the queries, one module for each, which opens the lake as Ibis tables."""
