"""What two services or more need from outside: the port first, then the technology."""
