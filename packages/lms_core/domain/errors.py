"""Refusals: what a rule says when it says no.

A refusal is one of a few *kinds* (`NotFound`, `Conflict`, …). A service subclasses a kind and gives it a stable code:

    class CourseFull(Conflict, code="course/full"):
        \"\"\"The course has no free place.\"\"\"

The docstring's first line is the title a person reads, the code is what a program compares, and keyword arguments are
facts about this very refusal. The web layer turns a kind into a status and a problem document (RFC 9457).

A detail is a sentence for people. It names the facts it speaks of, so that it can be said in another language:

    raise TooLarge("at most {limit} bytes", limit=1024)

Facts that a program reads are declared, so that the documents and every generated client know their types:

    class Places(TypedDict):
        capacity: int

    class CourseFull(Conflict, code="course/full", tells=Places): ...
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Annotated, Any, ClassVar, NotRequired, ParamSpec, TypedDict, TypeVar, cast

from msgspec import Meta

P = ParamSpec("P")
T = TypeVar("T")
_NAME = re.compile(r"\{(\w+)\}")


def fill(sentence: str, facts: Mapping[str, Any]) -> str:
    """The sentence with its facts in it; a name that is no fact stays as it stands."""
    return _NAME.sub(lambda name: str(facts.get(name[1], name[0])), sentence)


class Refusal(Exception):
    """The request cannot be done."""

    code: ClassVar[str] = "refused"
    tells: ClassVar[type[Any] | None] = None
    """The facts it comes with: a TypedDict."""

    def __init_subclass__(cls, *, code: str | None = None, tells: type[Any] | None = None) -> None:
        super().__init_subclass__()
        if code is not None:
            cls.code = code
        if tells is not None:
            cls.tells = tells

    def __init__(self, detail: str = "", **facts: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.facts = facts

    def __str__(self) -> str:
        return fill(self.detail, self.named) or self.title()

    @property
    def named(self) -> Mapping[str, Any]:
        """What the detail may speak of."""
        return self.facts

    @classmethod
    def title(cls) -> str:
        """The first line of the docstring, without its full stop."""
        return (cls.__doc__ or cls.__name__).strip().splitlines()[0].rstrip(".")


class Invalid(Refusal, code="invalid"):
    """The request is not valid.

    `errors` lists each fault as `{"pointer": "#/email", "detail": "…"}` with a JSON pointer (RFC 6901) into the body
    or to a query parameter. What a fault's detail names stands beside it. One that is alone is the detail as well.
    """

    def __init__(self, detail: str = "", *, errors: tuple[dict[str, Any], ...] = (), **facts: object) -> None:
        super().__init__(detail or (errors[0]["detail"] if len(errors) == 1 else ""), **facts)
        if errors:
            self.facts["errors"] = list(errors)

    @classmethod
    def at(cls, pointer: str, detail: str, **facts: object) -> Invalid:
        """One fault at one place: `Invalid.at("#/price/amount", "must be at most {most}", most=100)`."""
        return cls(errors=({"pointer": pointer, "detail": detail, **facts},))

    @property
    def named(self) -> Mapping[str, Any]:
        """What the detail may speak of: the facts of the one fault as well."""
        match self.facts.get("errors"):
            case [dict(fault)]:
                return self.facts | fault
        return self.facts


class Findings:
    """What is wrong in several places, so that a form is told all of it at once.

    found = Findings()
    name = found.of(tidy_name, raw)
    text = found.of(tidy_bio, bio)
    found.end()
    """

    def __init__(self) -> None:
        self._faults: list[dict[str, Any]] = []

    def of(self, check: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What the check gives; where it raises Invalid, nothing that could be used before `end`."""
        try:
            return check(*args, **kwargs)
        except Invalid as invalid:
            faults = invalid.facts.get("errors")
            if type(invalid) is not Invalid or not isinstance(faults, list):
                raise
            self._faults += faults
            return cast(T, None)

    def end(self) -> None:
        """Raises Invalid with all that was found."""
        if self._faults:
            raise Invalid(errors=tuple(self._faults))


class Unprocessable(Invalid, code="unprocessable"):
    """The request is valid by itself, but not for what it is about."""


class Unauthenticated(Refusal, code="unauthenticated"):
    """Sign in first."""


class Rule(TypedDict):
    rule: NotRequired[Annotated[str, Meta(examples=["course:author"])]]
    """What would allow it: a permission such as `course:author`, or whose it must be."""


class Most(TypedDict):
    most: int
    """How many there may be."""


class Forbidden(Refusal, code="forbidden", tells=Rule):
    """You may not do this."""


class NotFound(Refusal, code="not-found"):
    """There is no such thing, or you may not know of it."""


class Conflict(Refusal, code="conflict"):
    """The state of things does not allow this."""


class Raced(Conflict):
    """It was changed by someone else at the same moment.

    Not a rule's answer but chance's: a request that meets it is tried once more before it is refused.
    """


class Current(TypedDict):
    current: NotRequired[int]
    """The version that it has now."""


class Stale(Refusal, code="stale", tells=Current):
    """It has changed since you read it."""


class PreconditionRequired(Refusal, code="precondition-required"):
    """Send If-Match with the version you read."""


class Bytes(TypedDict):
    most: NotRequired[int]
    """How many bytes there may be."""
    event: NotRequired[str]
    """The type of the event that would tell of it, where that is what is too large."""


class TooLarge(Refusal, code="too-large", tells=Bytes):
    """The request is larger than this endpoint takes."""


class WrongMedia(Refusal, code="unsupported-media-type"):
    """Send the body as application/json."""


class Waiting(Refusal):
    """A refusal that time may cure."""

    def __init__(self, detail: str = "", *, after: timedelta = timedelta(seconds=1), **facts: object) -> None:
        super().__init__(detail, **facts)
        self.after = after


class TooMany(Waiting, code="too-many-requests"):
    """Too many requests."""


class Unavailable(Waiting, code="unavailable"):
    """This cannot be answered at the moment: try again shortly.

    The detail is for whoever asks: what is away, in the product's words. What an operator needs beside it, an address
    or what a driver said, is a `note` or the exception that it is raised from: see `in_full`.
    """

    def __init__(
        self, detail: str = "", *, note: str = "", after: timedelta = timedelta(seconds=1), **facts: object
    ) -> None:
        super().__init__(detail, after=after, **facts)
        if note:
            self.add_note(note)


class Busy(Waiting, code="idempotency-key-in-use"):
    """The first request with this Idempotency-Key is still running."""


class NotYet(Waiting, code="not-yet"):
    """Something this depends on has not arrived yet.

    From a subscriber it means "try again later", counted by age and not by attempts; over HTTP it is a 404 with
    Retry-After.
    """


def in_full(error: BaseException) -> str:
    """An error as operators read it. What is unavailable is told with its notes and what it was raised from."""
    if not isinstance(error, Unavailable):
        return f"{type(error).__name__}: {error}"
    said = ": ".join([str(error), *getattr(error, "__notes__", ())])
    return said if error.__cause__ is None else f"{said} ← {in_full(error.__cause__)}"
