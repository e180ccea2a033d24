"""Measurements of the platform, each a command: `python -m benchmarks --help`."""
