"""What the tests of the census share."""
