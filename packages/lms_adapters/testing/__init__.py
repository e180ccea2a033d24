"""For component tests: a whole service with embedded adapters, spoken to over HTTP."""
