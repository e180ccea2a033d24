"""The demonstration school: a small evening school with forty learners and the six weeks that lie behind it."""
