"""The merged AsyncAPI document: every event, who sends it, who takes it, and what it looks like."""

from __future__ import annotations

from typing import Any

import pytest

from lms_cli.platform import services
from lms_core.domain.events import decode, encode
from tests.documents.checking import Document


@pytest.fixture(scope="module")
def document(asyncapi: dict[str, Any]) -> Document:
    return Document(asyncapi)


def messages(document: Document, operation: dict[str, Any]) -> set[str]:
    """The names of the events that an operation is about."""
    found = [document.resolved(document.find(part["$ref"])) for part in operation["messages"]]
    return {message["name"] for message in found}


def test_every_example_fits_its_schemas(document: Document) -> None:
    faults = []
    for name, message in document.whole["components"]["messages"].items():
        for example in message["examples"]:
            faults += document.faults(f"/components/messages/{name}/payload", example["payload"])
            faults += document.faults(f"/components/messages/{name}/headers", example["headers"])
    assert faults == []


def test_every_example_is_an_event(document: Document) -> None:
    for event in {event for service in services() for event in service.publishes}:
        [example] = document.whole["components"]["messages"][event.type.split(".")[2]]["examples"]
        known = decode(event, encode(example["payload"]))
        assert known.key == example["headers"]["ce_subject"]
        assert event.type == example["headers"]["ce_type"]


def test_every_publisher_sends_what_its_manifest_says(document: Document) -> None:
    sent = {n: messages(document, o) for n, o in document.whole["operations"].items() if o["action"] == "send"}
    assert sent == {f"{s.name}.publish": {event.type for event in s.publishes} for s in services() if s.publishes}


def test_every_subscription_takes_what_its_manifest_says(document: Document) -> None:
    taken: dict[str, set[str]] = {}
    for operation in document.whole["operations"].values():
        if operation["action"] == "receive":
            taken.setdefault(operation["title"], set()).update(messages(document, operation))
    everything = {event.type for service in services() for event in service.publishes}
    wanted = {
        subscription.name: everything if subscription.everything else {event.type for event in subscription.events}
        for service in services()
        for subscription in service.subscriptions
    }
    assert taken == wanted


def test_everything_is_described_and_tagged(document: Document) -> None:
    whole = document.whole
    parts = [*whole["operations"].values(), *whole["channels"].values(), *whole["components"]["messages"].values()]
    tags = {tag["name"] for tag in whole["info"]["tags"]}
    assert [
        part for part in parts if not part["description"] or not {tag["name"] for tag in part["tags"]} <= tags
    ] == []


def test_text_about_people_is_marked(document: Document) -> None:
    created = document.find("#/components/schemas/UserCreated")["properties"]
    assert created["email"]["x-personal"] is True
    assert "x-personal" not in created["user_id"]
