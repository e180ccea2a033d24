"""What people write: which characters of it can be seen, in every script."""

from __future__ import annotations

import unicodedata

_JOINERS = frozenset("\u200c\u200d")
"""They part and join letters in Persian and the scripts of India, and make one emoji of several."""
_TAGS = range(0xE0020, 0xE0080)
"""Of flags such as Scotland's."""
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Control and format characters. What is not assigned as yet may be a newer emoji than this Python knows."""


def is_plain(text: str) -> bool:
    """Whether nothing in it hides, turns the direction around or breaks the line."""
    return all(_is_joiner(c) or unicodedata.category(c) not in _UNSEEN for c in text)


def shows(text: str) -> bool:
    """Whether there is anything to be seen."""
    return any(not c.isspace() and unicodedata.category(c) not in _UNSEEN for c in text)


def _is_joiner(c: str) -> bool:
    return c in _JOINERS or ord(c) in _TAGS
