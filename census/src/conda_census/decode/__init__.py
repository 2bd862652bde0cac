"""Decoding of requests: SQL expressions for DuckDB, each written once"""
