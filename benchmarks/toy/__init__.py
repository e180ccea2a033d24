"""Three services of one table: a source of events and two that take them."""
