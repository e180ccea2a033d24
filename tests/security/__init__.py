"""Every door tried: who may do what, and attacks by name."""
