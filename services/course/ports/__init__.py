"""What course needs from outside, as promises."""
