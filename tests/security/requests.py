"""What each operation is asked with when its doors are tried.

Path parameters are found by name: `{invoice_id}` is `person["invoice_id"]`, set in `school.py`. An operation that takes
a body has it here; one whose own object is another than the usual has that in INSTEAD.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from lms_core.domain.ids import uuid7
from lms_core.domain.time import to_ms
from tests.security.school import OUTLINE, PASSWORD, Person, School, unique

Things = dict[str, str]

INSTEAD: Final[dict[str, Callable[[School], tuple[Things, Things]]]] = {
    # a place in the usual course is taken, and one in the others' would open it for the rows that follow
    "course.enroll": lambda school: ({"course_id": school.open_course}, {"course_id": school.others_open_course}),
    # and what the usual course holds is published already
    "course.publish_course": lambda school: ({"course_id": school.unpublished}, {"course_id": school.others_course}),
}
"""Of the caller, and of someone else in sight of everybody."""

BODIES: Final[dict[str, Callable[[School, Things], Any]]] = {
    "auth.register": lambda school, of: {
        "email": f"{unique('new')}@example.org",
        "password": PASSWORD,
        "display_name": "Somebody New",
    },
    "auth.choose_password": lambda school, of: {"token": "guessed", "password": PASSWORD},
    "auth.login": lambda school, of: {"email": school.learner.email, "password": PASSWORD},
    "auth.refresh": lambda school, of: {"refresh_token": "guessed"},
    "auth.logout": lambda school, of: {"refresh_token": "guessed"},
    "auth.erase_account": lambda school, of: {"password": "not the password"},  # they are needed for what follows
    "auth.assign_role": lambda school, of: {"role": "learner"},
    "billing.set_price": lambda school, of: {"course_id": of["course_id"], "amount": 100, "currency": "EUR"},
    "billing.add_method": lambda school, of: {"token": "pm_ok"},
    "course.enroll": lambda school, of: {"price_id": None},
    "course.create_course": lambda school, of: {"title": "Something new"},
    "course.edit_course": lambda school, of: {"summary": "Changed."},
    "course.replace_outline": lambda school, of: OUTLINE,
    "course.replace_prerequisites": lambda school, of: {"course_ids": []},
    "progress.record_activities": lambda school, of: {
        "activities": [
            {
                "activity_id": str(uuid7(to_ms(school.clock.now()), b"0123456789")),
                "course_id": of["course_id"],
                "topic_id": of["topic_id"],
                "kind": "viewed",
                "seconds": 1,
                "position": 1,
                "occurred_at": school.clock.now().isoformat(),
            }
        ]
    },
    "notification.add_device": lambda school, of: {"channel": "sms", "address": "+49 30 901820", "name": "Phone"},
    "user.edit_me": lambda school, of: {"bio": "Changed."},
    "user.set_preferences": lambda school, of: {
        "locale": "en",
        "time_zone": "Europe/Berlin",
        "reduced_motion": True,
        "notifications": {"email": True, "in_app": True, "push": False, "sms": False},
    },
}

QUERIES: Final[dict[str, Callable[[Things], str]]] = {
    "billing.list_prices": lambda of: f"course_id={of['course_id']}",
    "user.list_profiles": lambda of: f"id={of['user_id']}",
}


def own(school: School, person: Person, operation: str) -> Things:
    """What is the person's own, or open to them."""
    return person.things | (INSTEAD[operation](school)[0] if operation in INSTEAD else {})


def others(school: School) -> Things:
    """The same things of people who have nothing to do with it; the course is a draft of another instructor."""
    return school.stranger.things | {"course_id": school.draft}


def others_published(school: School, operation: str) -> Things:
    """The course is another instructor's, and everybody may know of it."""
    course = {"course_id": school.others_course}
    return school.stranger.things | course | (INSTEAD[operation](school)[1] if operation in INSTEAD else {})
