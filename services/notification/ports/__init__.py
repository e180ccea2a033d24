"""What notification needs from outside, as promises."""
