"""How far each learner has come, and why it says so."""
