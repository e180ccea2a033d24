"""Which ids are the demonstration's."""

from __future__ import annotations

from uuid import RFC_4122

from hypothesis import given, strategies as st

from lms_core.domain.ids import uuid7
from services.auth.domain.credentials import check_password
from services.auth.domain.demonstration import ADMINISTRATOR, FIRST, LAST, PASSWORD, demo_id


@given(st.text())
def test_the_schools_ids_are_of_version_8_and_in_range(email: str) -> None:
    id = demo_id(email)
    assert (id.version, id.variant) == (8, RFC_4122)
    assert FIRST <= id <= LAST
    assert demo_id(email) == id


@given(st.integers(0, 2**48 - 1), st.binary(min_size=10, max_size=10))
def test_nobody_elses_id_is(milliseconds: int, random: bytes) -> None:
    assert not FIRST <= uuid7(milliseconds, random) <= LAST


def test_the_moment_in_which_ids_of_version_7_come_nearest() -> None:
    prefix = FIRST.int >> 80
    assert not FIRST <= uuid7(prefix, bytes(10)) <= LAST
    assert not FIRST <= uuid7(prefix, b"\xff" * 10) <= LAST


def test_the_password_is_one_that_people_could_choose() -> None:
    check_password(PASSWORD, email=ADMINISTRATOR, display_name="Ada Lovelace")
