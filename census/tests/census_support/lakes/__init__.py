"""Lakes that tests make, and the questions they are asked."""
