"""The services, each in the same shape."""
