"""What the gateway does with a request, and what it shows of the platform."""
