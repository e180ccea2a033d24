"""What a caller is told of an error, and what an operator reads."""

from __future__ import annotations

from typing import Any

from lms_core.domain.errors import Conflict, Unavailable, in_full


def test_of_what_is_unavailable_operators_read_what_is_behind_it_and_callers_do_not() -> None:
    refusal: Any = Unavailable("the {what} cannot be opened", note="/data/x.db", what="database")
    refusal.__cause__ = OSError("refused by 10.0.0.7")
    assert str(refusal) == "the database cannot be opened"
    assert refusal.facts == {"what": "database"}
    said = in_full(refusal)
    assert said == "the database cannot be opened: /data/x.db ← OSError: refused by 10.0.0.7"


def test_behind_another_refusal_stand_values_of_persons_perhaps() -> None:
    refusal = Conflict("taken")
    refusal.__cause__ = ValueError("ada@example.org")
    assert in_full(refusal) == "Conflict: taken"
