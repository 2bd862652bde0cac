"""Detection of lines, files and downloads that were read before."""
