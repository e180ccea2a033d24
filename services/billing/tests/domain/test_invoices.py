"""Invoices."""

from __future__ import annotations

import dataclasses

import pytest

from lms_core.testing.fakes import MORNING, fake_id
from services.billing.domain.invoices import invoice_for, invoice_number
from services.billing.tests.domain.test_payments import payment


def test_a_number_sorts_within_its_year() -> None:
    assert invoice_number(2026, 1) == "2026-000001"
    assert invoice_number(2026, 9) < invoice_number(2026, 10) < invoice_number(2027, 1)


def test_an_invoice_says_what_was_paid_and_never_changes() -> None:
    invoice = invoice_for(payment(), id=fake_id(9), sequence=12, at=MORNING)
    assert (invoice.number, invoice.amount, invoice.currency) == ("2026-000012", 4900, "EUR")
    with pytest.raises(dataclasses.FrozenInstanceError):
        invoice.amount = 1  # type: ignore[misc]
