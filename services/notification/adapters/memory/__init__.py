"""Within the process."""
