"""What auth needs from outside, as promises."""
