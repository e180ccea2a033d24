"""What is known of a person does not depend on the order in which it came."""

from __future__ import annotations

from itertools import permutations

from lms_core.testing.fakes import fake_id
from services.notification.domain.messages import EMAIL, PUSH, SMS, Channel
from services.notification.domain.recipients import REST, Recipient

QUIET: dict[str, tuple[Channel, ...]] = {REST: (EMAIL,), "progress": ()}


def test_account_and_profile_in_any_order_give_the_same_person() -> None:
    steps = {
        "account": lambda r: r.registered(email="ada@example.org", display_name="Ada", locale="en"),
        "second": lambda r: r.changed(display_name="Ada L.", locale="de", wishes={}, version=2),
        "third": lambda r: r.changed(display_name="Countess", locale="fr", wishes=QUIET, version=3),
    }
    for order in permutations(steps):
        recipient = Recipient(id=fake_id(1))
        for step in order:
            steps[step](recipient)
            steps[step](recipient)
        assert recipient == Recipient(
            id=fake_id(1),
            email="ada@example.org",
            display_name="Countess",
            locale="fr",
            profile_version=3,
            wishes=QUIET,
        )


def test_what_was_chosen_for_a_topic_goes_before_the_rest_and_who_chose_nothing_wants_all() -> None:
    assert Recipient(id=fake_id(1)).wants("progress") == {EMAIL, PUSH, SMS}
    chosen = Recipient(id=fake_id(1), wishes=QUIET)
    assert chosen.wants("progress") == frozenset()
    assert chosen.wants("enrollment") == chosen.wants("account") == {EMAIL}
