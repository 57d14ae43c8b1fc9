"""Customers over HTTP: make, read, list, change."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookingflow.organizations.models import Organization
from tests.builders import make_api_key, make_customer
from tests.caller import Caller, error_of
from webhooks.models import Event

CUSTOMERS = "/api/v1/customers"
ADA = {
    "name": "Ada Park",
    "email": "Ada@Example.com",
    "phone": "+1 212 555 0100",
    "notes": "Left-handed",
    "metadata": {"loyalty_card": "snake_stays", "vipLevel": "camelStays"},
}


@pytest.fixture
def ada(caller: Caller) -> dict[str, Any]:
    answer = caller.post(CUSTOMERS, ADA)
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def test_a_new_customer_has_every_field(caller: Caller) -> None:
    answer = caller.post(CUSTOMERS, ADA)
    made = answer.json()
    assert answer.status_code == 201
    assert answer["Location"] == f"{CUSTOMERS}/{made['id']}"
    assert made == {
        **ADA,
        "id": made["id"],
        "email": "ada@example.com",
        "bookingsCount": 0,
        "noShows": 0,
        "totalSpent": {"currency": "USD", "amount": 0},
        "firstBookingAt": None,
        "lastBookingAt": None,
        "bookings": {"results": [], "next": None, "previous": None},
        "createdAt": made["createdAt"],
        "updatedAt": made["createdAt"],
    }


def test_name_and_email_are_enough(caller: Caller) -> None:
    made = caller.post(CUSTOMERS, {"name": "Bo", "email": "bo@example.com"}).json()
    assert (made["phone"], made["notes"], made["metadata"]) == ("", "", {})


def test_an_email_that_is_known_is_taken_whatever_its_case(caller: Caller, ada: dict[str, Any]) -> None:
    error = error_of(caller.post(CUSTOMERS, {"name": "Other", "email": "ADA@example.COM"}), 409)
    assert error["code"] == "ALREADY_EXISTS"


def test_what_is_missing_is_named_all_at_once(caller: Caller) -> None:
    error = error_of(caller.post(CUSTOMERS, {"phone": 5, "colour": "red"}), 400)
    assert error["code"] == "INVALID_REQUEST"
    assert {each["field"] for each in error["details"]} == {"name", "email", "phone", "colour"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", None),
        ("name", "x" * 201),
        ("name", "nul\x00"),
        ("email", "not an address"),
        ("email", None),
        ("email", 7),
        ("phone", None),
        ("phone", "1" * 41),
        ("notes", "n" * 5_001),
        ("notes", ["a"]),
        ("metadata", {"a": 1}),
        ("metadata", {"k" * 41: "v"}),
        ("metadata", {"k": "v" * 501}),
        ("metadata", {str(number): "" for number in range(51)}),
        ("metadata", []),
        ("id", "00000000-0000-0000-0000-000000000000"),
        ("createdAt", "2020-01-01T00:00:00Z"),
        ("bookings_count", "many"),
    ],
)
def test_a_value_out_of_bounds_is_refused(
    caller: Caller, ada: dict[str, Any], field: str, value: object
) -> None:
    error = error_of(caller.post(CUSTOMERS, {**ADA, "email": "new@example.com", field: value}), 400)
    assert error["details"][0]["field"].split(".")[0] == field
    if field != "bookings_count":
        assert error_of(caller.patch(f"{CUSTOMERS}/{ada['id']}", {field: value}), 400)


def test_what_get_shows_can_be_put_back(caller: Caller, ada: dict[str, Any]) -> None:
    path = f"{CUSTOMERS}/{ada['id']}"
    shown, told = caller.get(path).json(), Event.objects.count()
    assert shown == ada
    assert caller.put(path, shown).json() == shown
    assert Event.objects.count() == told


def test_put_changes_what_is_sent_and_leaves_the_rest(caller: Caller, ada: dict[str, Any]) -> None:
    path = f"{CUSTOMERS}/{ada['id']}"
    for send in (caller.put, caller.patch):
        changed = send(path, {"name": "Ada P.", "metadata": {"a_b": "c"}}).json()
        assert (changed["name"], changed["metadata"]) == ("Ada P.", {"a_b": "c"})
        assert (changed["email"], changed["notes"]) == (ada["email"], ada["notes"])
    assert [event.type for event in Event.objects.order_by("sequence")] == [
        "customer.created",
        "customer.updated",
    ]


def test_another_customers_email_cant_be_taken(caller: Caller, ada: dict[str, Any]) -> None:
    other = caller.post(CUSTOMERS, {"name": "Bo", "email": "bo@example.com"}).json()
    answer = caller.patch(f"{CUSTOMERS}/{other['id']}", {"email": "ADA@example.com"})
    assert error_of(answer, 409)["code"] == "ALREADY_EXISTS"


def test_both_spellings_are_understood_but_not_at_once(caller: Caller, ada: dict[str, Any]) -> None:
    path = f"{CUSTOMERS}/{ada['id']}"
    assert caller.put(path, {"created_at": ada["createdAt"], "name": "A"}).status_code == 200
    both = {"createdAt": ada["createdAt"], "created_at": ada["createdAt"]}
    assert error_of(caller.put(path, both), 400)["details"][0]["code"] == "duplicate"
    assert caller.get(CUSTOMERS, updated_since="2020-01-01T00:00:00Z").json()["results"]


@pytest.mark.parametrize("identifier", ["no-such-thing", "00000000-0000-4000-8000-000000000000", "1"])
def test_who_isnt_there_is_404(caller: Caller, identifier: str) -> None:
    for method, body in (("GET", None), ("PUT", {}), ("PATCH", {})):
        answer = caller.send(method, f"{CUSTOMERS}/{identifier}", body)
        assert error_of(answer, 404)["code"] == "NOT_FOUND"


def test_a_key_without_the_scope_is_told_which(organization: Organization, ada: dict[str, Any]) -> None:
    reader = Caller(make_api_key(organization, scopes=["customers:read"])[1])
    assert reader.get(f"{CUSTOMERS}/{ada['id']}").status_code == 200
    assert error_of(reader.post(CUSTOMERS, ADA), 403)["code"] == "FORBIDDEN"
    rooms = Caller(make_api_key(organization, scopes=["rooms:write"])[1])
    assert error_of(rooms.get(CUSTOMERS), 403)["code"] == "FORBIDDEN"


@pytest.mark.parametrize("ordering", ["name", "-name", "createdAt", "-createdAt", "updatedAt", "-updatedAt"])
def test_walking_every_ordering_both_ways_gives_each_customer_once(
    caller: Caller, organization: Organization, ordering: str
) -> None:
    made = {str(make_customer(organization, name=f"Name {number % 2}").pk) for number in range(5)}
    page = caller.get(CUSTOMERS, ordering=ordering, limit=2).json()
    seen = [each["id"] for each in page["results"]]
    last = page
    while page["next"]:
        last = page = caller.get(page["next"]).json()
        seen += [each["id"] for each in page["results"]]
    assert len(seen) == 5
    assert set(seen) == made
    back = [each["id"] for each in caller.get(last["previous"]).json()["results"]]
    assert back == seen[2:4]


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"email": "ADA@example.com"}, ["Ada Park"]),
        ({"email": "nobody@example.com"}, []),
        ({"phone": "(1) 212-555 0100"}, ["Ada Park"]),
        ({"phone": "5550100"}, []),
        ({"updatedSince": "2999-01-01T00:00:00Z"}, []),
        ({"search": "park", "email": "bo@example.com"}, []),
    ],
)
def test_filters_narrow(caller: Caller, filters: dict[str, str], names: list[str]) -> None:
    caller.post(CUSTOMERS, ADA)
    caller.post(CUSTOMERS, {"name": "Bo", "email": "bo@example.com"})
    assert [each["name"] for each in caller.get(CUSTOMERS, **filters).json()["results"]] == names


@pytest.mark.parametrize(
    "query",
    [
        {"email": ""},
        {"email": "ada"},
        {"phone": ""},
        {"phone": "none"},
        {"search": ""},
        {"search": "a\x00"},
        {"updatedSince": "2026-01-01"},
        {"updatedSince": "0001-01-01T00:00:00+14:00"},
        {"ordering": "email"},
        {"ordering": ""},
        {"limit": "0"},
        {"limit": "201"},
        {"cursor": "nonsense"},
        {"colour": "red"},
    ],
)
def test_a_filter_that_is_none_is_refused(caller: Caller, query: dict[str, str]) -> None:
    assert error_of(caller.get(CUSTOMERS, **query), 400)["details"][0]["field"] == next(iter(query))


def test_a_list_of_many_costs_as_few_queries_as_one_of_few(
    caller: Caller, organization: Organization
) -> None:
    counts = []
    caller.get(CUSTOMERS)  # writes down, once a minute, when the key was used
    for _ in range(2):
        make_customer(organization)
        make_customer(organization)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            caller.get(CUSTOMERS)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 3
