"""A service of one table, for the kernel's tests."""
