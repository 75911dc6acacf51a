"""Benchmarks, run by hand: `make bench`. benchmarks.table says what each has to offer."""
