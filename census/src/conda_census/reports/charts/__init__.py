"""Charts of the report, one file for each part, shared by all surfaces."""
