"""Their revisions."""
