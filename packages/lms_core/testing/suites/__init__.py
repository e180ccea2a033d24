"""One contract suite per port: every adapter runs it, against the real engine."""
