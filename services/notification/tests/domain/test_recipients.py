"""What is known of a person does not depend on the order in which it came."""

from __future__ import annotations

from itertools import permutations

from lms_core.testing.fakes import fake_id
from services.notification.domain.recipients import Recipient


def test_account_and_profile_in_any_order_give_the_same_person() -> None:
    steps = {
        "account": lambda r: r.registered(email="ada@example.org", display_name="Ada", locale="en"),
        "second": lambda r: r.changed(display_name="Ada L.", locale="de", version=2),
        "third": lambda r: r.changed(display_name="Countess", locale="fr", version=3),
    }
    for order in permutations(steps):
        recipient = Recipient(id=fake_id(1))
        for step in order:
            steps[step](recipient)
            steps[step](recipient)
        assert recipient == Recipient(
            id=fake_id(1), email="ada@example.org", display_name="Countess", locale="fr", profile_version=3
        )
