"""Coverage: the window, its days without a log, copied logs, and doubtful logs."""
