"""What was read: the window, its days without a log, copies, and logs in doubt."""
