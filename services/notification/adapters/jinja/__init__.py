"""Words from templates."""
