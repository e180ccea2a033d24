"""The hot path and the own pages."""
