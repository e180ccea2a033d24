"""What the platform does when something breaks: nothing that was accepted is lost, nothing happens twice."""
