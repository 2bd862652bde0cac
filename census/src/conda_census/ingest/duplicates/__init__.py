"""Lines, files and downloads that were read before."""
