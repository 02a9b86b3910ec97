"""Measurements: `make bench` prints a table and writes docs/benchmarks.md."""
