"""True without a computer."""
