"""Building blocks that every domain uses: refusals, events, identifiers, money and time."""
