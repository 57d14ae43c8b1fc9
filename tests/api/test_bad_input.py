"""Bad input never yields a 500: every endpoint of the API, found from the routes, and the list of bookings in depth."""

import base64
import json
from typing import Any
from uuid import uuid4

import pytest

from bookingflow.organizations.models import Organization
from bookings.models import Booking
from tests.api.routes import Route, api_routes
from tests.bookings.stage import priced_room
from tests.builders import make_block, make_booking, make_delivery, make_endpoint, make_schedule
from tests.caller import Caller, error_of

# DELETE too: what asks for something in the body of a deletion isn't ignored.
BODIED = [route for route in api_routes() if route.method != "GET"]
ASKED = [route for route in api_routes() if route.method in ("GET", "DELETE")]
BOOKINGS = [route for route in BODIED if route.path.startswith(("/api/v1/bookings", "/api/bookings"))]
REFUSALS = range(400, 500)
LIST = "/api/v1/bookings"

MALFORMED: dict[str, bytes] = {
    "half an object": b'{"notes": ',
    "a list": b"[]",
    "a text": b'"notes"',
    "null": b"null",
    "not a number": b'{"guests": NaN}',
    "infinity": b'{"guests": -Infinity}',
    "a lone surrogate": b'{"notes": "\\ud800"}',
    "a lone surrogate in a name": b'{"\\udfff": 1}',
    "a NUL": b'{"notes": "a\\u0000b"}',
    "a NUL in a name": b'{"a\\u0000": 1}',
    "no UTF-8": b'{"notes": "\xff\xfe"}',
    "trailing text": b"{} {}",
    "deep lists": b'{"notes": ' + b"[" * 900 + b"]" * 900 + b"}",
    "deep objects": b'{"metadata": ' + b'{"a":' * 900 + b"1" + b"}" * 901,
    "deep beyond any parser": b"[" * 100_000,
    "deep lists with a NUL": b'{"notes": ' + b"[" * 900 + b'"\\u0000"' + b"]" * 900 + b"}",
    "depth under a key that is sent": b'{"mode": ' + b"[" * 300 + b"]" * 300 + b"}",
}
# Each of them alone as the value of each field that any of our bodies has.
VALUES: list[Any] = [
    None, True, -1, 0, 1.5, 10**12, 2**63, 10**400, 1e308, "", " ", "x" * 20_000, "\x7f\u202e", "0001-01-01",
    "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2026-13-45T99:99:99Z", [], [None], [[]], {}, {"": None},
    {"id": []}, {"name": {}, "email": [], "phone": 0}, {"a": {"b": {"c": [1]}}}, "٣", str(uuid4()),
]  # fmt: skip


@pytest.fixture
def booking(organization: Organization) -> Booking:
    schedule = make_schedule(organization, handle="north-wall")
    make_block(schedule)
    make_delivery(make_endpoint(organization, url="https://hooks.invalid/x")[0])
    return make_booking(priced_room(schedule, slug="the-vault"))


def path_of(route: Route, booking: Booking) -> str:
    names = {
        "/api/bookings/": booking.pk,
        "/api/v1/bookings/": booking.pk,
        "/api/v1/webhooks/": booking.organization.endpoints.values_list("pk", flat=True).first(),
        "/api/v1/events/": booking.organization.events.order_by("pk")[0].public_id,
        "/api/v1/rooms/": booking.room_id,
        "/api/v1/schedules/blocks/": booking.room.schedule.blocks.values_list("pk", flat=True).first(),
        "/api/v1/schedules/": booking.room.schedule_id,
        "/api/v1/customers/": booking.customer_id,
    }
    if not route.parameters:
        return route.path
    fitting = [name for prefix, name in names.items() if route.path.startswith(prefix)]
    delivery = booking.organization.deliveries.get().pk
    return route.filled(identifier=fitting[0] if fitting else uuid4(), delivery=delivery)


# What the bodies of our routes have between them: on each route those of the others are unknown, and as bad as any.
FIELDS = (
    "room", "schedule", "start", "end", "startDate", "endDate", "durationMinutes", "durations", "guests", "notes",
    "metadata", "customer", "customerId", "status", "mode", "payment", "paid", "method", "amount", "note", "reason",
    "name", "email", "phone", "hours", "overrides", "pricing", "cancellationPolicy", "id", "createdAt", "url",
    "events", "force", "all", "timezone", "handle", "slug", "modes", "seats", "bookingType", "username", "newSlot",
)  # fmt: skip
ALONE = (
    "room",
    "start",
    "end",
    "durationMinutes",
    "guests",
    "metadata",
    "customer",
    "status",
    "paid",
    "amount",
    "bookingType",
    "username",
    "newSlot",
)


def refused(caller: Caller, route: Route, path: str, **sent: Any) -> dict[str, Any]:
    answer = caller.send(route.method, path, **{"key": route.fresh_key} | sent)
    assert answer.status_code in REFUSALS, (route, answer.status_code, answer.content[:300])
    return error_of(answer, answer.status_code)


@pytest.mark.parametrize("keyed", [False, True], ids=["no key", "key"])
@pytest.mark.parametrize("route", BODIED, ids=str)
def test_no_body_that_cant_be_read_yields_a_defect(
    caller: Caller, booking: Booking, route: Route, keyed: bool
) -> None:
    path = path_of(route, booking)
    for name, body in MALFORMED.items():
        error = refused(caller, route, path, body=body, key=name if keyed else route.fresh_key)
        assert error["code"] == "INVALID_REQUEST", name


@pytest.mark.parametrize("route", BODIED, ids=str)
def test_no_value_of_any_field_yields_a_defect(caller: Caller, booking: Booking, route: Route) -> None:
    """All fields in each body, and in turn each value in each field."""
    path = path_of(route, booking)
    for turn in range(len(VALUES)):
        body = {name: VALUES[(place + turn) % len(VALUES)] for place, name in enumerate(FIELDS)}
        assert refused(caller, route, path, body=body)["code"] == "INVALID_REQUEST"


@pytest.mark.parametrize("route", BOOKINGS, ids=str)
def test_no_value_alone_in_a_body_yields_a_defect(caller: Caller, booking: Booking, route: Route) -> None:
    path = path_of(route, booking)
    for name in ALONE:
        for value in VALUES:
            answer = caller.send(route.method, path, {name: value}, key=route.fresh_key)
            assert answer.status_code < 500, (name, value, answer.content)


@pytest.mark.parametrize("route", BODIED, ids=str)
def test_unknown_fields_and_both_spellings_are_named_all_at_once(
    caller: Caller, booking: Booking, route: Route
) -> None:
    body = {"colour": 1, "durationMinutes": 60, "duration_minutes": 60, "shape": None}
    error = refused(caller, route, path_of(route, booking), body=body)
    assert error["code"] == "INVALID_REQUEST"
    assert {"colour", "shape", "durationMinutes"} <= {
        each["field"].replace("duration_m", "durationM") for each in error["details"]
    }


@pytest.mark.parametrize("route", BODIED, ids=str)
def test_another_content_type_is_415_and_too_much_is_413(
    caller: Caller, booking: Booking, route: Route
) -> None:
    path = path_of(route, booking)
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        answer = caller.send(route.method, path, b"a=1", content_type=kind, key=route.fresh_key)
        assert error_of(answer, 415)["code"]
    large = b'{"notes": "' + b"x" * (1 << 20) + b'"}'
    answer = caller.send(route.method, path, large, key=route.fresh_key)
    assert error_of(answer, 413)["code"] == "PAYLOAD_TOO_LARGE"


QUERIES = [
    "colour=red", "limit=", "limit=0", "cursor=", "cursor=%00", "a%00b=1", "%00", "cursor=x&cursor=y", "=", "&&",
    "%ff=%fe", "limit=%ff", "search=%ed%a0%80", "startDate=0001-01-01&endDate=9999-12-31", "room=%00",
    "schedule=99999999999999999999", "date=0000-00-00", "updatedSince=9999-12-31T23:59:59-23:59",
    "customer=%F0%9F%92%A9", "status=,,,", "ordering=--start", "email=@", "limit=1e9", "limit=٣", "refund=half",
    "reason=%00", "room=" + "9" * 5000, "limit=" + "9" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("route", ASKED, ids=str)
def test_no_query_yields_a_defect(caller: Caller, booking: Booking, route: Route) -> None:
    path = path_of(route, booking)
    for query in QUERIES:
        answer = caller.send(route.method, f"{path}?{query}")
        assert answer.status_code < 500, (query, answer.content)


@pytest.mark.parametrize("route", api_routes(), ids=str)
def test_an_unknown_parameter_is_400(caller: Caller, booking: Booking, route: Route) -> None:
    error = refused(caller, route, f"{path_of(route, booking)}?colour=red", body={})
    assert "colour" in {detail["field"] for detail in error["details"]}


def cursor_of(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


WHEN, KEY = "2026-12-05T18:00:00+00:00", str(uuid4())
ORDER = ["-start", "id"]
CURSORS = {
    "no base64": "ü",
    "no JSON": "AAAA",
    "depth": base64.urlsafe_b64encode(b"[" * 9000).decode(),
    **{
        name: cursor_of(content)
        for name, content in {
            "null": None, "a number": 7, "too short": [ORDER, [WHEN, KEY]], "no names": [7, [WHEN, KEY], False],
            "another ordering": [["id"], [KEY], False], "unhashable": [[[], {}], [WHEN, KEY], False],
            "too few values": [ORDER, [WHEN], False], "no way": [ORDER, [WHEN, KEY], 1],
            "a number for a key": [ORDER, [WHEN, 7], False], "null for a key": [ORDER, [WHEN, None], False],
            "a number for an instant": [ORDER, [7, KEY], False], "no offset": [ORDER, [WHEN[:19], KEY], False],
            "a list for an instant": [ORDER, [[], KEY], False], "an object for a key": [ORDER, [WHEN, {}], True],
            "year nought": [ORDER, ["0000-01-01T00:00:00+00:00", KEY], False],
        }.items()
    },
}  # fmt: skip


@pytest.mark.parametrize("cursor", CURSORS.values(), ids=CURSORS)
def test_a_bad_cursor_is_400(caller: Caller, booking: Booking, cursor: str) -> None:
    error = error_of(caller.get(LIST, cursor=cursor), 400)
    assert [detail["field"] for detail in error["details"]] == ["cursor"]


@pytest.mark.parametrize(
    "when",
    ["0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59.999999-14:00"],
)
def test_a_cursor_at_the_ends_of_the_calendar_is_a_place_as_any(
    caller: Caller, booking: Booking, when: str
) -> None:
    for backwards in (False, True):
        assert caller.get(LIST, cursor=cursor_of([ORDER, [when, KEY], backwards])).status_code in (200, 400)


@pytest.mark.parametrize(
    "name",
    [" ", "%00", "a%00b", "%ff", "x" * 3000, "%F0%9F%92%A9", "0" * 400, "BF-", "{}", "..", "9" * 30],
)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_no_name_of_a_booking_yields_a_defect(caller: Caller, method: str, name: str) -> None:
    assert caller.send(method, f"{LIST}/{name}", None if method == "GET" else {}).status_code in (
        400,
        404,
        405,
    )


@pytest.mark.parametrize("route", BOOKINGS, ids=str)
def test_nothing_of_it_changed_the_booking(caller: Caller, booking: Booking, route: Route) -> None:
    before = caller.get(f"{LIST}/{booking.pk}").content
    for body in (*MALFORMED.values(), b'{"guests": 0}', b'{"id": 1}', b'{"colour": 1}'):
        refused(caller, route, path_of(route, booking), body=body)
    assert caller.get(f"{LIST}/{booking.pk}").content == before
