"""What analytics needs from outside, as promises."""
