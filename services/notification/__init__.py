"""Tells people what concerns them: by mail, SMS and push and in their inbox, once, in their language."""
