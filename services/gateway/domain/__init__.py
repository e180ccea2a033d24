"""What is true of routes, limits and documents without a computer."""
