"""What all reports share: theme, pages, charts as files, numbers as text."""
