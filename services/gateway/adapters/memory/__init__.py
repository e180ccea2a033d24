"""Services of this process, and what is kept in it."""
