"""`GET /catalog?orgId=`: what anybody may see, from any page, kept by whoever asks."""

from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookingflow.organizations.models import Organization, Plan
from rooms.models import Room
from tests.builders import make_organization, make_room, make_schedule, make_shared_room
from tests.caller import Caller, error_of

PATH = "/api/v1/catalog"
ELSEWHERE = "https://www.example.com"
PRICING = {
    "base": 0,
    "perGuest": 3500,
    "tiers": [{"minGuests": 4, "perGuest": 3000}],
    "durations": [],
    "adjustments": [{"label": "Morning", "to": "12:00", "percent": -20}],
    "taxes": [],
    "depositPercent": 50,
}


@pytest.fixture
def vault(organization: Organization) -> Room:
    schedule = make_schedule(organization, handle="the-pier", timezone="America/New_York")
    return make_room(schedule, slug="the-vault", name="The Vault", guests_min=2, pricing=PRICING)


def catalog(org_id: object = "north-pier") -> dict[str, Any]:
    answer = Caller().get(PATH, orgId=org_id)
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def test_it_shows_the_organization_and_its_active_rooms(organization: Organization, vault: Room) -> None:
    make_room(vault.schedule, active=False)
    make_room()
    assert catalog() == {
        "organization": {
            "id": str(organization.pk),
            "slug": "north-pier",
            "name": "North Pier",
            "timezone": "America/New_York",
            "currency": "USD",
        },
        "rooms": [
            {
                "id": vault.pk,
                "bookingType": vault.booking_type,
                "slug": "the-vault",
                "name": "The Vault",
                "description": "",
                "imageUrl": None,
                "modes": ["private"],
                "seats": None,
                "durations": [60],
                "guests": {"min": 2, "max": 6},
                "pricing": {"currency": "USD", **PRICING},
                "cancellationPolicy": [],
                "timezone": "America/New_York",
                "bookingUrl": catalog()["rooms"][0]["bookingUrl"],
                "startingPrice": {"currency": "USD", "total": 5600},
            }
        ],
    }
    assert catalog()["rooms"][0]["bookingUrl"].endswith(f"/book/the-pier/{vault.pk}")


def test_it_is_found_by_uuid_or_slug_in_either_spelling(organization: Organization, vault: Room) -> None:
    expected = catalog()
    for name in (organization.pk, str(organization.pk).upper()):
        assert catalog(name) == expected
    assert Caller().get(PATH, org_id="north-pier").json() == expected
    assert Caller().get("/v1/catalog/", orgId="north-pier").json() == expected


@pytest.mark.parametrize("plan", Plan.values)
def test_it_needs_no_key_and_works_on_every_plan(db: None, plan: str) -> None:
    make_room(make_schedule(make_organization(slug="south-quay", plan=plan)))
    assert len(catalog("south-quay")["rooms"]) == 1


def test_a_key_of_whomever_changes_nothing(caller: Caller, stranger: Caller, vault: Room) -> None:
    for anybody in (caller, stranger, Caller("bf_live_nonsense")):
        assert anybody.get(PATH, orgId="north-pier").json() == catalog()


@pytest.mark.parametrize(
    "org_id", ["nowhere", "the-pier", "00000000-0000-0000-0000-000000000000", "a b", "1"]
)
def test_an_unknown_organization_is_404(vault: Room, org_id: str) -> None:
    assert error_of(Caller().get(PATH, orgId=org_id), 404)["code"] == "NOT_FOUND"


@pytest.mark.parametrize(
    ("query", "field"),
    [("", "orgId"), ("orgId=", "orgId"), ("orgId=a&orgId=b", "orgId"), ("orgId=a&org_id=a", "orgId"),
     ("orgId=north-pier&colour=red", "colour"), ("orgId=" + "x" * 101, "orgId"), ("orgId=%00", "orgId")],
)  # fmt: skip
def test_a_missing_or_bad_one_is_400(organization: Organization, query: str, field: str) -> None:
    error = error_of(Caller().get(f"{PATH}?{query}"), 400)
    assert [detail["field"] for detail in error["details"]] == [field]


def fetch(method: str = "GET", **headers: str) -> HttpResponse:
    return Client(raise_request_exception=False).generic(method, f"{PATH}?orgId=north-pier", headers=headers)


def test_it_may_be_kept_and_asked_for_again_by_its_tag(vault: Room) -> None:
    first = fetch()
    assert "public" in first["Cache-Control"]
    assert "max-age=60" in first["Cache-Control"]
    for tag in (first["ETag"], f"W/{first['ETag']}", f'"other", {first["ETag"]}', "*"):
        again = fetch(**{"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
        assert (again["ETag"], again["Cache-Control"]) == (first["ETag"], first["Cache-Control"])
        assert again["Access-Control-Allow-Origin"] == "*"
    assert fetch(**{"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    "change", [{"name": "The Safe"}, {"pricing": {"base": 1}}, {"active": False}], ids=str
)
def test_what_changes_it_changes_its_tag(caller: Caller, vault: Room, change: dict[str, Any]) -> None:
    before = fetch()
    assert caller.put("/api/v1/rooms/the-vault", change).status_code == 200
    after = fetch(**{"If-None-Match": before["ETag"]})
    assert (after.status_code, after["ETag"] != before["ETag"]) == (200, True)


def test_pages_of_any_origin_may_read_it_and_its_refusals(vault: Room) -> None:
    for answer in (
        fetch(Origin=ELSEWHERE),
        Caller().get(PATH),
        Caller().get(PATH, orgId="x"),
        Caller().post(PATH),
    ):
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert "ETag" in answer["Access-Control-Expose-Headers"]
        assert "Access-Control-Allow-Credentials" not in answer


def test_a_preflight_is_answered_without_a_key(vault: Room) -> None:
    answer = fetch("OPTIONS", Origin=ELSEWHERE, **{"Access-Control-Request-Method": "GET"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "GET" in answer["Access-Control-Allow-Methods"]
    assert "If-None-Match" in answer["Access-Control-Allow-Headers"]


def test_no_other_path_is_open_to_other_origins(caller: Caller, vault: Room) -> None:
    for path in ("/api/v1/me", "/api/v1/rooms", "/api/v1/schedules/blocks", "/api/v1/nowhere"):
        for method in ("GET", "OPTIONS"):
            answer = caller.send(method, path, headers={"Origin": ELSEWHERE})
            assert answer.status_code < 500
            assert "Access-Control-Allow-Origin" not in answer


def test_it_costs_two_queries_however_many_rooms(vault: Room) -> None:
    with CaptureQueriesContext(connection) as one:
        catalog()
    for _ in range(5):
        make_shared_room(make_schedule(vault.organization))
    with CaptureQueriesContext(connection) as six:
        assert len(catalog()["rooms"]) == 6
    assert len(one) == len(six) == 2


def priced(organization: Organization, **fields: Any) -> int:
    schedule = make_schedule(organization, hours=fields.pop("hours", {"sat": [["18:00", "22:00"]]}))
    room = make_room(schedule, **fields)
    [shown] = [each for each in catalog()["rooms"] if each["id"] == room.pk]
    assert shown["startingPrice"]["currency"] == "USD"
    return int(shown["startingPrice"]["total"])


EVENING = [{"label": "Evening", "weekdays": ["sat"], "from": "20:00", "amount": -500}]


@pytest.mark.parametrize(
    ("fields", "total"),
    [
        ({"pricing": {}}, 0),
        ({"pricing": {"base": 900, "perGuest": 50}, "guests_min": 3}, 1050),
        ({"pricing": {"base": 900, "durations": [{"minutes": 30, "base": 400}]}, "durations": [30, 60]}, 400),
        ({"pricing": {"base": 900, "durations": [{"minutes": 30, "base": 400}]}, "durations": [60]}, 900),
        ({"pricing": {"perGuest": 100, "tiers": [{"minGuests": 4, "perGuest": 10}]}}, 40),
        ({"pricing": {"perGuest": 100, "tiers": [{"minGuests": 7, "perGuest": 1}]}}, 100),
        ({"pricing": {"base": 2000, "adjustments": EVENING}}, 1500),
        ({"pricing": {"base": 2000, "adjustments": EVENING}, "hours": {"sat": [["18:00", "20:30"]]}}, 2000),
        ({"pricing": {"base": 2000, "adjustments": EVENING}, "hours": {"sun": [["18:00", "23:00"]]}}, 2000),
        ({"pricing": {"base": 1000, "taxes": [{"label": "VAT", "percent": 10, "included": False}]}}, 1100),
        ({"pricing": {"base": 1000, "taxes": [{"label": "VAT", "percent": 10, "included": True}]}}, 1000),
    ],
    ids=str,
)  # fmt: skip
def test_the_starting_price_is_that_of_the_cheapest_combination(
    organization: Organization, fields: dict[str, Any], total: int
) -> None:
    assert priced(organization, **fields) == total


def test_a_shared_room_starts_at_what_fits_into_its_seats(organization: Organization) -> None:
    pricing = {"perGuest": 100, "tiers": [{"minGuests": 4, "perGuest": 10}]}
    assert priced(organization, modes=["shared"], seats=3, guests_max=3, pricing=pricing) == 100
