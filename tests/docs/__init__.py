"""The documents say what the code does. `python -m tests.docs` writes the parts of them that come from the code."""
