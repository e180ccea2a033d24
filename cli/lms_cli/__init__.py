"""`lms`: run the platform, look after it, build on it."""
