"""What the platform says about itself: logs, traces, metrics."""
