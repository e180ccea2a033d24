"""The columnar store in one file."""
