"""AsyncAPI 3.0 from a manifest: the events a service sends and receives, with msgspec's JSON Schema."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from lms_adapters.platform.service import Service
from lms_core.domain.events import Event

_HEADERS = {
    "type": "object",
    "required": ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time"],
    "properties": {
        "ce_specversion": {"const": "1.0"},
        "ce_id": {"type": "string", "format": "uuid"},
        "ce_source": {"type": "string", "description": "The publisher's stream."},
        "ce_type": {"type": "string"},
        "ce_subject": {"type": "string", "description": "The aggregate's id: order holds per subject."},
        "ce_time": {"type": "string", "format": "date-time"},
        "content-type": {"const": "application/json"},
        "traceparent": {"type": "string", "description": "W3C Trace Context."},
    },
}


def asyncapi(service: Service, version: str) -> dict[str, Any]:
    """A service's document: it sends to its own stream and receives from others'."""
    received = {e for s in service.subscribes for e in s.events}
    return _document(service.name, service.summary, version, [(service.name, service.publishes, received)])


def merged(services: Iterable[Service], version: str) -> dict[str, Any]:
    """One document of all services."""
    parts = [(s.name, s.publishes, {e for sub in s.subscribes for e in sub.events}) for s in services]
    return _document("LMS platform", "The events between the platform's services.", version, parts)


def merge_documents(documents: Iterable[dict[str, Any]], version: str) -> dict[str, Any]:
    """Documents that services told of, as one."""
    whole = _frame("LMS platform", "The events between the platform's services.", version)
    for document in documents:
        for channel, part in document.get("channels", {}).items():
            kept = whole["channels"].setdefault(channel, {**part, "messages": {}})
            kept["messages"] |= part["messages"]
        whole["operations"] |= document.get("operations", {})
        for kind, parts in document.get("components", {}).items():
            whole["components"].setdefault(kind, {}).update(parts)
    return whole


def _frame(title: str, summary: str, version: str) -> dict[str, Any]:
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": title,
            "version": version,
            "description": summary,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {},
        "operations": {},
        "components": {"schemas": {}, "messages": {}},
    }


def _document(
    title: str, summary: str, version: str, parts: Iterable[tuple[str, Iterable[type[Event]], Iterable[type[Event]]]]
) -> dict[str, Any]:
    document = _frame(title, summary, version)
    for service, sends, receives in parts:
        _add(document, service, "send", list(sends))
        _add(document, service, "receive", sorted(receives, key=lambda e: e.type))
    return document


def _add(document: dict[str, Any], service: str, action: str, events: list[type[Event]]) -> None:
    schemas, components = msgspec.json.schema_components(events, ref_template="#/components/schemas/{name}")
    document["components"]["schemas"] |= components
    for contract, schema in zip(events, schemas, strict=True):
        name = contract.type.split(".")[2]
        document["components"]["messages"][name] = {
            "name": contract.type,
            "title": name,
            "summary": (contract.__doc__ or "").strip().splitlines()[0],
            "headers": _HEADERS,
            "payload": schema,
        }
        channel = document["channels"].setdefault(
            contract.stream.replace(".", "-"),
            {"address": contract.stream, "description": f"What {contract.stream} publishes.", "messages": {}},
        )
        channel["messages"][name] = {"$ref": f"#/components/messages/{name}"}
    for stream in dict.fromkeys(e.stream for e in events):
        names = [e.type.split(".")[2] for e in events if e.stream == stream]
        channel_name = stream.replace(".", "-")
        document["operations"][f"{service}-{action}-{channel_name}"] = {
            "action": action,
            "channel": {"$ref": f"#/channels/{channel_name}"},
            "messages": [{"$ref": f"#/channels/{channel_name}/messages/{n}"} for n in names],
        }
