"""What user needs from outside, as promises."""
