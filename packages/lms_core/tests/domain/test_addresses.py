"""Whom an address stands for."""

from __future__ import annotations

import pytest

from lms_core.domain.addresses import network


@pytest.mark.parametrize(
    ("address", "whole"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("unknown", "unknown"),
        ("a:b", "a:b"),
    ],
)
def test_a_subscriber_is_one_caller(address: str, whole: str) -> None:
    assert network(address) == whole
