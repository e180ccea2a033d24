"""HTTP conventions, the same for every service."""
