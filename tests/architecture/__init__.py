"""The shape of the house: every service has the same rooms, and nothing in them reaches where it must not."""
