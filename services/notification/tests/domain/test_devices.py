"""Phones and push subscriptions: what an address may be."""

from __future__ import annotations

import pytest

from lms_core.domain.errors import Invalid
from lms_core.testing.fakes import MORNING, fake_id
from services.notification.domain.devices import Device, DeviceChannel, new_device

KEY = "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM="
ENDPOINT = "https://push.example.org/send/abc"


def made(channel: DeviceChannel, address: str, key: str = "", name: str = "") -> Device:
    return new_device(
        id=fake_id(1),
        owner_id=fake_id(2),
        channel=channel,
        address=address,
        name=name,
        p256dh=key,
        auth=key,
        at=MORNING,
    )


@pytest.mark.parametrize("number", ["+4930901820", "+49 30 901820", "+49 (30) 90-18.20", "+49/30/901820"])
def test_a_number_is_kept_in_one_form(number: str) -> None:
    assert made("sms", number).address == "+4930901820"


@pytest.mark.parametrize("number", ["", "030901820", "+0301", "+49", "+49309018201234567", "+49 30 9018a", "٣"])
def test_a_number_has_its_country_and_is_not_too_long(number: str) -> None:
    with pytest.raises(Invalid):
        made("sms", number)


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "http://push.example.org/1",
        "https://localhost/1",
        "https://127.0.0.1/1",
        "https://[::1]/1",
        "https://metadata.google.internal/computeMetadata/v1/",
        "https://printer.local/1",
        "https://PRINTER.LOCAL/1",
        "https://router.home.arpa/1",
        "https://db.localhost/1",
        "https://printer.local./1",
        "https://push.example.org:8443/1",
        "https://push.example.org:x/1",
        "https://user@push.example.org/1",
        "https://push.example.org/a b",
        "https://push.example.org/a\nb",
        "https://[/1",
        "ftp://push.example.org",
    ],
)
def test_pushes_go_to_public_names_over_tls_only(endpoint: str) -> None:
    with pytest.raises(Invalid):
        made("push", endpoint, KEY)


@pytest.mark.parametrize(
    ("channel", "address", "key"), [("push", ENDPOINT, ""), ("push", ENDPOINT, "!"), ("sms", "+4930901820", KEY)]
)
def test_keys_belong_to_a_subscription(channel: DeviceChannel, address: str, key: str) -> None:
    with pytest.raises(Invalid):
        made(channel, address, key)


def test_a_name_is_one_line_and_renewing_keeps_what_it_is() -> None:
    device = made("push", ENDPOINT, KEY, "My\nphone")
    assert device.name == "My phone"
    device.renew(name="Other", p256dh="p", auth="a")
    assert (device.id, device.address, device.name, device.p256dh) == (fake_id(1), ENDPOINT, "Other", "p")
