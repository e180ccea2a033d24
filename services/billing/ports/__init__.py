"""What billing needs from outside, as promises."""
