"""Tells people what concerns them: by e-mail and in their inbox, once, in their language."""
