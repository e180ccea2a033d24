"""Schemas, examples and problems of the documents, each by itself."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, NotRequired, TypedDict
from uuid import UUID

import msgspec
import pytest

from lms_adapters.platform.documents.examples import MOMENT, Examples
from lms_adapters.platform.documents.problems import components, name_of, refusals
from lms_adapters.platform.documents.schemas import schemas
from lms_adapters.web.messages import Body, View
from lms_adapters.web.pagination import Page
from lms_core.domain.errors import Busy, Conflict, Invalid, Unauthenticated


class Room(TypedDict):
    most: int
    """How many there may be."""
    wanted: NotRequired[list[UUID]]


class Full(Conflict, code="things/full", tells=Room):
    """There is no room."""


class ThingView(View, kw_only=True):
    """A thing."""

    id: UUID
    name: Annotated[str, msgspec.Meta(examples=["Ada"])]
    """What it is called,
    in one line."""
    made_at: datetime
    ended_at: datetime | None = None
    times: dict[str, datetime]


class ThingBody(Body, frozen=True, kw_only=True):
    name: str
    kind: Literal["large", "small"] = "small"
    day: date
    parts: Annotated[list[int], msgspec.Meta(min_length=1)]
    share: Annotated[float, msgspec.Meta(ge=0, le=1)]
    ready: bool = False


def properties(kind: Any) -> dict[str, Any]:
    _, parts = schemas([kind])
    found: dict[str, Any] = parts[kind.__name__]["properties"]
    return found


def test_a_field_is_described_by_the_docstring_below_it() -> None:
    assert properties(ThingView)["name"]["description"] == "What it is called, in one line."
    assert "description" not in properties(ThingView)["id"]


def test_times_are_told_as_times_wherever_they_stand() -> None:
    told = properties(ThingView)
    moment = {"type": "string", "format": "date-time"}
    assert told["made_at"] == moment
    assert told["ended_at"]["anyOf"] == [moment, {"type": "null"}]
    assert told["times"]["additionalProperties"] == moment
    assert "format" not in told["name"]


def test_answers_leave_nothing_out_and_bodies_take_nothing_unknown() -> None:
    _, parts = schemas([ThingView, ThingBody])
    assert set(parts["ThingView"]["required"]) == set(parts["ThingView"]["properties"])
    assert parts["ThingBody"]["required"] == ["name", "day", "parts", "share"]
    assert parts["ThingBody"]["additionalProperties"] is False


def test_a_page_is_named_by_what_is_on_it() -> None:
    [found], parts = schemas([Page[ThingView]])
    assert found == {"$ref": "#/components/schemas/ThingPage"}
    assert parts["ThingPage"]["title"] == "ThingPage"
    assert parts["ThingPage"]["properties"]["next"]["description"]


@pytest.mark.parametrize("kind", [ThingView, ThingBody])
def test_an_example_fits_and_is_always_the_same(kind: Any) -> None:
    [found], parts = schemas([kind])
    example = Examples(parts).of(found)
    assert example == Examples(parts).of(found)
    assert set(example) == set(parts[kind.__name__]["properties"])
    msgspec.convert(example, kind)


def test_an_example_is_what_a_field_says_of_itself_or_of_its_name() -> None:
    [view, body], parts = schemas([ThingView, ThingBody])
    examples = Examples(parts)
    assert examples.of(view)["name"] == examples.of(body)["name"] == "Ada"
    assert examples.of(view)["made_at"] == MOMENT
    assert examples.of(view)["id"] == examples.of({"type": "string", "format": "uuid"}, "thing_id")
    assert examples.of(body)["kind"] == "small"


def test_a_refusal_has_a_name_and_its_headers() -> None:
    assert name_of(Full) == "ThingsFullProblem"
    answer = refusals([Full, Busy])
    assert set(answer["headers"]) == {"Retry-After", "Content-Language"}
    [content] = answer["content"].values()
    assert [one["$ref"].rpartition("/")[2] for one in content["schema"]["oneOf"]] == list(content["examples"])
    assert set(refusals([Unauthenticated])["headers"]) == {"WWW-Authenticate", "Content-Language"}


def test_a_refusals_type_and_status_are_constants() -> None:
    parts = components([Full, Invalid], {"things/full": 507})
    own = parts["schemas"]["ThingsFullProblem"]["allOf"][1]["properties"]
    assert (own["type"], own["status"]) == ({"const": "/problems/things/full"}, {"const": 507})
    assert parts["examples"]["ThingsFullProblem"]["value"]["title"] == "There is no room"
    assert parts["examples"]["InvalidProblem"]["value"]["errors"]


def test_a_refusals_facts_are_typed() -> None:
    parts = components([Full, Invalid])
    own = parts["schemas"]["ThingsFullProblem"]["allOf"][1]
    assert own["properties"]["most"] == {"type": "integer", "description": "How many there may be."}
    assert own["required"] == ["type", "status", "most"]
    assert parts["examples"]["ThingsFullProblem"]["value"].keys() >= {"most", "wanted"}
    assert parts["schemas"]["InvalidProblem"]["allOf"][1]["required"] == ["type", "status"]
    assert "Room" not in parts["schemas"], "they stand among the problem's own members"
    fault = parts["schemas"]["Problem"]["properties"]["errors"]["items"]["$ref"].rpartition("/")[2]
    assert parts["schemas"][fault]["required"] == ["pointer", "detail"]
