"""One door for every client: finds the service, knows who asks, keeps the measure, forwards."""
