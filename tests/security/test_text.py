"""Text that is more than text to somebody: line ends, templates, SQL and search syntax, markup."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from services.notification.domain.delivery import Kept
from services.notification.domain.messages import EMAIL
from services.notification.ports.delivery import Mailbox
from tests.security.knock import knock
from tests.security.school import API, PASSWORD, School, unique

pytestmark = pytest.mark.asyncio(loop_scope="package")

LINE_ENDS = ["a\r\nbcc: eve@example.org", "a\nx: y", "a\rx: y", "a\x0bb", "a\x85b", "a\u2028b", "a\x00b"]
TEMPLATES = [
    "{{ 7 * 191 }}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "${7 * 191}",
    "#{7 * 191}",
    "<%= 7 * 191 %>",
    "{{ self.__init__.__globals__ }}",
    "%(password)s %s %n",
    "{0.__class__}",
]
MARKUP = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "<b>Ada</b>", "&lt;i&gt;", "]]>", "<!--"]
SQL = [
    "' OR '1'='1",
    "'; DROP TABLE account; --",
    '" OR ""="',
    "1) UNION SELECT password_hash FROM credential --",
    "%",
    "_",
    "\\",
    "' AND 1=CAST((SELECT version()) AS INT) --",
    "$1",
    ":id",
    "?",
    "{}",
    "\x00",
    "\U0001f600",
    "a" * 3000,
]
SEARCHES = ['"', 'a"b', "a AND", "NEAR(a b", "*", "a*", "col:a", "(", "-a", "^a", "a OR b", "a & | !", "<->", ":*"]
"""What FTS5 and tsquery take for operators."""


async def mails(school: School, recipient: str) -> list[Kept]:
    async with school.platform.container("notification")() as scope:
        box = await scope.get(Mailbox)
        return await box.newest(recipient=recipient, channel=EMAIL, before=None, limit=10)


async def register(school: School, name: str) -> str:
    """Somebody whose name is more than a name; their address if it was taken."""
    email = f"{unique('text')}@example.org"
    body = {"email": email, "password": PASSWORD, "display_name": name}
    answer = await knock(school.front, "POST", f"{API}/auth/register", json=body)
    assert answer.status in (202, 400), (name, answer.status, answer.body)
    await school.platform.drain()
    return email if answer.status == 202 else ""


@pytest.mark.parametrize("text", LINE_ENDS)
async def test_a_line_end_begins_no_header_of_a_mail(shared: School, text: str) -> None:
    email = await register(shared, text)
    for mail in await mails(shared, email) if email else []:
        said = EmailMessage()  # raises ValueError for a header of two lines
        for name, value in {"Subject": mail.subject, "To": mail.recipient, **mail.headers}.items():
            assert len(value.splitlines()) == 1, (name, value)
            said[name] = value
        assert "bcc" not in {name.lower() for name in said}


@pytest.mark.parametrize(
    "email",
    [
        *("a@b.c\r\nbcc: eve@example.org", "a@b.c,eve@example.org", "<a@b.c>", "a@b.c\x00", "a b@c.d"),
        *("a@b.com,c.de", "a@b.com;c.de", "a@b.com>x.de", "a@b.com)", "a@(b).com", "a@b.com\x7f"),
    ],
)
async def test_an_address_is_one_address(shared: School, email: str) -> None:
    body = {"email": email, "password": PASSWORD, "display_name": "Ada"}
    answer = await knock(shared.front, "POST", f"{API}/auth/register", json=body)
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (400, "#/email")


@pytest.mark.parametrize("name", TEMPLATES)
async def test_a_name_is_no_template(shared: School, name: str) -> None:
    email = await register(shared, name)
    [mail] = await mails(shared, email)
    for text in (mail.subject, mail.text, mail.html):
        assert "1337" not in text
        assert "subclass" not in text or "__subclasses__" in name
        assert "'__builtins__'" not in text


@pytest.mark.parametrize("name", MARKUP)
async def test_a_name_is_no_markup(shared: School, name: str) -> None:
    email = await register(shared, name)
    for mail in await mails(shared, email):
        assert name not in mail.html
        for tag in ("<script>alert", "<img src=x", "<b>Ada"):
            assert tag not in mail.html


@pytest.mark.parametrize("text", [*LINE_ENDS, *MARKUP, *TEMPLATES])
async def test_text_comes_back_as_it_was_or_is_refused(shared: School, text: str) -> None:
    """Course titles and summaries: nothing is interpreted on the way in or out, and JSON stays JSON."""
    body = {"title": "Text", "summary": text}
    answer = await knock(shared.front, "POST", f"{API}/courses", token=shared.rival.token, json=body)
    assert answer.status in (201, 400)
    if answer.status == 201:
        assert answer.json["summary"] == text.replace("\r\n", "\n").strip()
        assert answer.header("content-type") == "application/json"


@pytest.mark.parametrize(
    "header",
    ["x-request-id", "traceparent", "tracestate", "origin", "last-event-id", "if-none-match", "idempotency-key"],
)
async def test_no_header_comes_back_in_two_lines(shared: School, header: str) -> None:
    """CRLF in a header, as far as one gets through a parser; and percent-encoded in the path and query."""
    evil = "a%0d%0aset-cookie:%20x=1"
    for value in ("a\x0bset-cookie: x=1", evil, "a\u00e9\u0085b"):
        answer = await knock(shared.front, "GET", f"{API}/courses?cursor={evil}&limit=1", headers=[(header, value)])
        assert answer.status in (400, 401)
        assert "set-cookie" not in dict(answer.headers)
        assert all("\r" not in v and "\n" not in v for _, v in answer.headers)


async def parameters(school: School) -> list[tuple[str, str, str]]:
    """Every text that a GET takes in its query: path, operation and name."""
    return [
        (path, told["operationId"], parameter["name"])
        for method, path, told in await school.operations()
        for parameter in told.get("parameters", ())
        if method == "GET" and parameter["in"] == "query"
    ]


async def test_queries_are_values_not_language(shared: School) -> None:
    """SQL, LIKE, FTS5 and tsquery syntax in every query parameter there is: a result or a refusal, and no more rows."""
    from urllib.parse import quote

    for path, operation, name in await parameters(shared):
        if path.endswith("/stream"):
            continue
        target = path.format_map(shared.admin.things)
        needed = f"&course_id={shared.course}" if operation == "billing.list_prices" and name != "course_id" else ""
        for text in (*SQL, *SEARCHES):
            value = quote(text, safe="")
            answer = await knock(shared.front, "GET", f"{target}?{name}={value}{needed}", token=shared.admin.token)
            assert answer.status in (200, 400, 404), (operation, name, text, answer.status, answer.body[:300])
    assert (await shared.call(shared.learner, "GET", "/users/me"))["id"] == shared.learner["user_id"]


@pytest.mark.parametrize("text", SQL)
async def test_signing_in_is_a_look_up_not_a_statement(shared: School, text: str) -> None:
    for body in ({"email": text, "password": "a guess"}, {"email": shared.admin.email, "password": text}):
        answer = await knock(shared.front, "POST", f"{API}/auth/login", json=body, client="192.0.2.77")
        assert answer.status in (400, 401, 429), answer.body
