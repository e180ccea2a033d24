"""What is kept ready in memory."""
