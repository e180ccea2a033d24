"""AsyncAPI 3.0 from manifests: who sends which events, who takes them with what, and what they look like."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from lms_adapters.platform.documents.examples import COMMON, MOMENT, Examples
from lms_adapters.platform.documents.schemas import Schema, schemas
from lms_adapters.platform.service import Service, Subscription
from lms_core.domain.events import Envelope, Event, personal_fields

_TITLE, _ABOUT = "LMS platform", "The events between the platform's services."
_TAKES_ALL = "x-takes-everything"
"""In a service's own document: its subscriptions to all events. Which these are is known where all services are."""
_HEADERS: Schema = {
    "description": "The attributes of an event (CloudEvents 1.0, binary mode).",
    "type": "object",
    "required": ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time", "content-type"],
    "properties": {
        "ce_specversion": {"type": "string", "const": "1.0"},
        "ce_id": {"type": "string", "format": "uuid", "description": "Unique: who takes it twice counts it once."},
        "ce_source": {"type": "string", "description": "The publisher's stream."},
        "ce_type": {"type": "string", "description": "The name of the event and its version."},
        "ce_subject": {"type": "string", "description": "The aggregate's id: order holds per subject."},
        "ce_time": {"type": "string", "format": "date-time", "description": "When it was recorded."},
        "content-type": {"type": "string", "const": "application/json"},
        "traceparent": {"type": "string", "description": "The trace it belongs to (W3C Trace Context)."},
    },
}
_SERVERS = {
    name: {
        "host": "{host}:" + port,
        "protocol": name,
        "title": title,
        "description": f"The bus where `LMS_BUS_URL` begins with `{name}://`. {how}",
        "variables": {"host": {"default": name, "description": "As `LMS_BUS_URL` says."}},
    }
    for name, title, port, how in (
        ("kafka", "Kafka", "9092", "A channel is a topic, the key of a record is the event's subject."),
        ("nats", "NATS JetStream", "4222", "A channel is a subject with a stream of its own."),
    )
}


def asyncapi(service: Service, version: str) -> dict[str, Any]:
    """A service's document: it sends to its own stream and receives from others'."""
    document = _frame(service.name, service.summary, version)
    document["info"]["tags"] = [{"name": service.name, "description": service.summary}]
    taken = {event for subscription in service.subscriptions for event in subscription.events}
    _add_messages(document, [*service.publishes, *sorted(taken - {*service.publishes}, key=lambda e: e.type)])
    if service.publishes:
        document["operations"][f"{service.name}.publish"] = {
            "action": "send",
            "title": f"{service.name} publishes",
            "summary": f"What {service.name} tells the others.",
            "description": "Each event is written in the transaction it tells of, and sent at least once.",
            "tags": [{"name": service.name}],
            **_routed(service.stream, service.publishes),
        }
    for subscription in service.subscriptions:
        document["operations"] |= _received(service, subscription)
    if everything := [_told(service, s) for s in service.subscriptions if s.everything]:
        document[_TAKES_ALL] = everything
    return document


def merged(services: Iterable[Service], version: str) -> dict[str, Any]:
    """One document of all services."""
    return merge_documents([asyncapi(service, version) for service in services], version)


def merge_documents(documents: Sequence[dict[str, Any]], version: str) -> dict[str, Any]:
    """Documents that services told of, as one."""
    whole = _frame(_TITLE, _ABOUT, version)
    for document in documents:
        for channel, part in document.get("channels", {}).items():
            kept = whole["channels"].setdefault(channel, {**part, "messages": {}})
            kept["messages"] |= part["messages"]
        whole["operations"] |= document.get("operations", {})
        for kind, parts in document.get("components", {}).items():
            whole["components"].setdefault(kind, {}).update(parts)
    for told in (told for document in documents for told in document.get(_TAKES_ALL, ())):
        for name, channel in whole["channels"].items():
            messages = [{"$ref": f"#/channels/{name}/messages/{message}"} for message in channel["messages"]]
            operation = {**told, "channel": {"$ref": f"#/channels/{name}"}, "messages": messages}
            whole["operations"][f"{told['title']}.{name}"] = operation
    tags = {tag["name"]: tag for document in documents for tag in document["info"].get("tags", ())}
    whole["info"]["tags"] = [tags[name] for name in sorted(tags)]
    return whole


def _frame(title: str, summary: str, version: str) -> dict[str, Any]:
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": title,
            "version": version,
            "description": summary,
            "contact": {"name": "Those who run this platform"},
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
            "tags": [],
        },
        "defaultContentType": "application/json",
        "servers": _SERVERS,
        "channels": {},
        "operations": {},
        "components": {"schemas": {}, "messages": {}},
    }


def _add_messages(document: dict[str, Any], events: Sequence[type[Event]]) -> None:
    found, components = schemas(events)
    for contract in events:
        for field in personal_fields(contract):
            components[contract.__name__]["properties"][field]["x-personal"] = True
    document["components"]["schemas"] |= components
    examples = Examples(components)
    for contract, schema in zip(events, found, strict=True):
        name = _name(contract)
        document["components"]["messages"][name] = _message(contract, schema, examples.of(schema))
        channel = document["channels"].setdefault(_channel(contract.stream), _empty(contract.stream))
        channel["messages"][name] = {"$ref": f"#/components/messages/{name}"}


def _empty(stream: str) -> dict[str, Any]:
    publisher = stream.rpartition(".")[2]
    return {
        "address": stream,
        "title": f"What {publisher} publishes",
        "description": f"The stream of {publisher}, in order for each subject.",
        "tags": [{"name": publisher}],
        "messages": {},
    }


def _message(contract: type[Event], schema: Schema, payload: dict[str, Any]) -> dict[str, Any]:
    name, publisher = _name(contract), contract.stream.rpartition(".")[2]
    summary, _, rest = (contract.__doc__ or name).strip().partition("\n")
    headers = _HEADERS["properties"]
    own = {
        "ce_type": {**headers["ce_type"], "const": contract.type},
        "ce_source": {**headers["ce_source"], "const": contract.stream},
    }
    envelope = Envelope(
        id=str(uuid5(NAMESPACE_OID, contract.type)),
        source=contract.stream,
        type=contract.type,
        key=str(payload[contract.key_field]),
        time=datetime.fromisoformat(MOMENT),
        traceparent=f"00-{COMMON['trace_id']}-b7ad6b7169203331-01",
        body=b"",
    )
    return {
        "name": contract.type,
        "title": name,
        "summary": summary,
        "description": " ".join(f"{rest} Its subject is the `{contract.key_field}`.".split()),
        "contentType": "application/json",
        "tags": [{"name": publisher}],
        "correlationId": {"location": "$message.header#/traceparent", "description": "The trace it belongs to."},
        "headers": {**_HEADERS, "properties": headers | own},
        "payload": schema,
        "bindings": {"kafka": {"key": {"type": "string", "description": "The subject."}}},
        "examples": [{"name": name, "summary": summary, "headers": envelope.headers, "payload": payload}],
    }


def _received(service: Service, subscription: Subscription) -> dict[str, Any]:
    """An operation for each stream that the subscription takes events from."""
    by_stream: dict[str, list[type[Event]]] = {}
    for event in subscription.events:
        by_stream.setdefault(event.stream, []).append(event)
    several = len(by_stream) > 1
    return {
        f"{subscription.name}.{_channel(stream)}" if several else subscription.name: {
            **_told(service, subscription),
            **_routed(stream, events),
        }
        for stream, events in by_stream.items()
    }


def _told(service: Service, subscription: Subscription) -> dict[str, Any]:
    summary, _, rest = (subscription.use_case.__doc__ or subscription.name).strip().partition("\n")
    kind = (
        "A projection, which can be replayed." if subscription.replayable else "A reaction, which runs once an event."
    )
    return {
        "action": "receive",
        "title": subscription.name,
        "summary": summary,
        "description": " ".join(f"{rest} {kind}".split()),
        "tags": [{"name": service.name}],
    }


def _routed(stream: str, events: Iterable[type[Event]]) -> dict[str, Any]:
    channel = f"#/channels/{_channel(stream)}"
    return {
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{_name(event)}"} for event in events],
    }


def _channel(stream: str) -> str:
    return stream.replace(".", "-")


def _name(contract: type[Event]) -> str:
    return contract.type.split(".")[2]
