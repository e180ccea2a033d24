"""Bodies that are too much: long, slow, deep, or small outside and huge inside."""

from __future__ import annotations

import gzip
import zlib

import pytest

from lms_adapters.testing.server import listening, say
from tests.architecture.house import SERVICES
from tests.security.knock import knock
from tests.security.school import API, School

pytestmark = pytest.mark.asyncio(loop_scope="package")

MEGABYTE = 1024 * 1024
_JSON = ("content-type", "application/json")
_COURSES = f"{API}/courses"


@pytest.mark.parametrize("at", ["gateway", "course"])
async def test_a_length_that_is_too_large_is_refused_unread(shared: School, at: str) -> None:
    app = shared.platform.neighbours[at]
    said = [_JSON, ("content-length", str(MEGABYTE + 1))]
    answer = await knock(app, "POST", _COURSES, token=shared.instructor.token, headers=said, body=[b"{"])
    assert (answer.status, answer.problem) == (413, "too-large")


@pytest.mark.parametrize("at", ["gateway", "course"])
@pytest.mark.parametrize("key", [[], [("idempotency-key", "large")]], ids=["plain", "with a key"])
async def test_a_body_that_grows_too_large_is_cut(shared: School, at: str, key: list[tuple[str, str]]) -> None:
    app = shared.platform.neighbours[at]
    pieces = [b'{"title": "'] + [b"a" * 65536] * 17 + [b'"}']
    said = [_JSON, ("transfer-encoding", "chunked"), *key]
    answer = await knock(app, "POST", _COURSES, token=shared.instructor.token, headers=said, body=pieces)
    assert (answer.status, answer.problem) == (413, "too-large")


@pytest.mark.parametrize("path", ["/metrics", "/health/live", f"{API}/auth/jwks"])
@pytest.mark.parametrize("at", ["gateway", "auth"])
async def test_a_length_of_many_digits_is_refused(shared: School, at: str, path: str) -> None:
    """Even if it is small: Python reads no number of more than 4300 digits."""
    said = [("content-length", "0" * 5000)]
    answer = await knock(shared.platform.neighbours[at], "GET", path, headers=said)
    assert (answer.status, answer.problem) in ((400, "invalid"), (413, "too-large"))


@pytest.mark.parametrize("service", [s for s in SERVICES if s not in ("gateway", "analytics")])
async def test_no_service_reads_more_than_a_megabyte(shared: School, service: str) -> None:
    """Not even where the gateway is not before it."""
    paths = {
        "auth": "/auth/login",
        "billing": "/billing/prices",
        "course": "/courses",
        "notification": f"/notifications/{shared.admin['message_id']}/read",
        "progress": "/progress/activities",
        "user": "/users/me",
    }
    method = "PATCH" if service == "user" else "POST"
    pieces = [b" " * 65536] * 17 + [b"{}"]
    said = [_JSON, ("transfer-encoding", "chunked"), ("if-match", '"1"'), ("idempotency-key", "all")]
    app = shared.platform.neighbours[service]
    answer = await knock(app, method, API + paths[service], token=shared.admin.token, headers=said, body=pieces)
    assert (answer.status, answer.problem) == (413, "too-large")


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"title":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"title":' * 50_000 + b"1" + b"}" * 50_000,
        b'{"modules":' + b"[[" * 5_000 + b"]]" * 5_000 + b"}",
        b"1" * 100_000,
        b'{"title": 1e999999}',
        b'{"title": "\\ud800"}',
        b'{"title": "\xff\xfe"}',
        b'\xef\xbb\xbf{"title": "with a byte order mark"}',
        b'{"title": "a", "title": 7}',
        b"",
        b"null",
        b"NaN",
        b"title=a",
    ],
    ids=range(14),
)
async def test_bodies_that_parsers_choke_on_are_400(shared: School, body: bytes) -> None:
    """Deeply nested ones among them."""
    answer = await knock(shared.front, "POST", _COURSES, token=shared.instructor.token, headers=[_JSON], body=body)
    assert (answer.status, answer.problem) == (400, "invalid"), answer.body


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        (
            "/billing/prices",
            {"course_id": "01a21dd8-0000-7000-8000-000000000000", "amount": "1", "currency": "EUR"},
            "amount",
        ),
        (
            "/billing/prices",
            {"course_id": "01a21dd8-0000-7000-8000-000000000000", "amount": 1.5, "currency": "EUR"},
            "amount",
        ),
        ("/billing/prices", {"course_id": 7, "amount": 1, "currency": "EUR"}, "course_id"),
        ("/billing/payment-methods", {"token": ["pm_ok"]}, "token"),
        ("/auth/login", {"email": {"$gt": ""}, "password": {"$gt": ""}}, "email"),
        ("/auth/login", {"email": "a@b.c", "password": True}, "password"),
    ],
    ids=range(6),
)
async def test_a_value_of_another_type_is_not_made_to_fit(
    shared: School, path: str, body: object, pointer: str
) -> None:
    answer = await knock(shared.front, "POST", API + path, token=shared.admin.token, json=body)
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (400, f"#/{pointer}")


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "gzip, gzip", "identity"])
async def test_nothing_is_unpacked(shared: School, coding: str) -> None:
    """A bomb stays what it is: codings of bodies are not spoken here, so there is nothing to go off."""
    whole = b'{"title": "' + b"a" * (8 * MEGABYTE) + b'"}'
    packed = zlib.compress(whole) if coding == "deflate" else gzip.compress(whole)
    said = [_JSON, ("content-encoding", coding)]
    answer = await knock(shared.front, "POST", _COURSES, token=shared.instructor.token, headers=said, body=packed)
    assert answer.status == 400
    assert len(answer.body) < 2000


async def test_another_kind_of_body_is_not_guessed_at(shared: School) -> None:
    """Cross-site forms can send these three without asking first."""
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        said = [("content-type", kind)]
        body = b'--x\r\ncontent-disposition: form-data; name="a"; filename="../../b"\r\n\r\nhi\r\n--x--\r\n'
        answer = await knock(shared.front, "POST", _COURSES, token=shared.instructor.token, headers=said, body=body)
        assert 400 <= answer.status < 500, (kind, answer.status)


@pytest.mark.parametrize("piece", [b"", b"{", b'{"title'], ids=["nothing", "a byte", "some"])
async def test_a_slow_body_is_not_waited_for(shared: School, piece: bytes) -> None:
    """Slowloris: the time is a setting, here a twentieth of a second; see also the server's own tests."""
    head = f"POST {_COURSES} HTTP/1.1\r\nhost: lms.example\r\nauthorization: Bearer {shared.instructor.token}\r\n"
    head += "content-type: application/json\r\ncontent-length: 100\r\n\r\n"
    before = await shared.written()
    async with listening(shared.front, 0.05) as listener:
        answer = await say(listener, head.encode() + piece)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert await shared.written() == before


@pytest.mark.parametrize(
    ("said", "body"),
    [
        ("application/x-www-form-urlencoded", b"title=A+course"),
        ("application/x-www-form-urlencoded", b'{"title": "A course"}'),
        ("text/plain; charset=utf-8", b'{"title": "A course"}'),
        ("multipart/form-data; boundary=x", b"--x--"),
    ],
)
async def test_a_body_that_says_it_is_no_json_is_not_taken_for_it(shared: School, said: str, body: bytes) -> None:
    head = [("content-type", said), ("content-length", str(len(body)))]
    answer = await knock(shared.front, "POST", _COURSES, token=shared.instructor.token, headers=head, body=[body])
    assert (answer.status, answer.problem) == (415, "unsupported-media-type")


@pytest.mark.parametrize(
    "said", ["application/json; charset=utf-8", "Application/JSON", "application/merge-patch+json"]
)
async def test_json_is_taken_however_it_is_called(shared: School, said: str) -> None:
    body = b'{"title": "A course"}'
    head = [("content-type", said), ("content-length", str(len(body)))]
    answer = await knock(shared.front, "POST", _COURSES, token=shared.instructor.token, headers=head, body=[body])
    assert answer.status == 201
