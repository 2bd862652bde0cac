"""What does a request mean? SQL expressions for DuckDB, each written once."""
