"""Every event collected, and what they add up to."""
