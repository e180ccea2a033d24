"""A service of one projection, for the tests of replay."""
