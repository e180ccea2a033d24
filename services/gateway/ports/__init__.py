"""What the gateway needs from outside, as promises."""
