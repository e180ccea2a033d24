"""What progress needs from outside, as promises."""
