"""What must come out, by other means than those under test."""
