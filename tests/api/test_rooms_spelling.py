"""camelCase goes out; camelCase and snake_case come in, at every depth."""

from typing import Any

import pytest

from bookingflow.organizations.models import Organization
from tests.builders import make_room, make_schedule
from tests.caller import Caller, error_of

CAMEL: dict[str, Any] = {
    "name": "The Vault",
    "durationMinutes": 60,
    "slotIntervalMinutes": 30,
    "bufferBeforeMinutes": 5,
    "bufferAfterMinutes": 10,
    "minNoticeMinutes": 15,
    "maxDaysAhead": 20,
    "holdMinutes": 25,
    "imageUrl": "https://example.com/a.jpg",
    "guests": {"min": 2, "max": 6},
    "pricing": {
        "perGuest": 3500,
        "tiers": [{"minGuests": 4, "perGuest": 3000}],
        "depositPercent": 50,
    },
    "cancellationPolicy": [{"hoursBefore": 48, "refundPercent": 100}],
}
SNAKE: dict[str, Any] = {
    "name": "The Vault",
    "duration_minutes": 60,
    "slot_interval_minutes": 30,
    "buffer_before_minutes": 5,
    "buffer_after_minutes": 10,
    "min_notice_minutes": 15,
    "max_days_ahead": 20,
    "hold_minutes": 25,
    "image_url": "https://example.com/a.jpg",
    "guests": {"min": 2, "max": 6},
    "pricing": {
        "per_guest": 3500,
        "tiers": [{"min_guests": 4, "per_guest": 3000}],
        "deposit_percent": 50,
    },
    "cancellation_policy": [{"hours_before": 48, "refund_percent": 100}],
}
OWN = {"id", "bookingType", "slug", "schedule", "bookingUrl", "createdAt", "updatedAt"}


def test_a_room_made_in_either_spelling_is_the_same(caller: Caller) -> None:
    camel, snake = (caller.post("/api/v1/rooms", body).json() for body in (CAMEL, SNAKE))
    assert {name: value for name, value in camel.items() if name not in OWN} == {
        name: value for name, value in snake.items() if name not in OWN
    }
    assert camel["pricing"]["tiers"] == CAMEL["pricing"]["tiers"]


def test_a_change_in_snake_case_is_shown_in_camel_case(caller: Caller, organization: Organization) -> None:
    room = make_room(make_schedule(organization))
    change = {name: value for name, value in SNAKE.items() if name != "duration_minutes"}
    shown = caller.put(f"/api/v1/rooms/{room.pk}", change).json()
    assert not [name for name in shown if "_" in name]
    assert (shown["maxDaysAhead"], shown["pricing"]["perGuest"]) == (20, 3500)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"holdMinutes": 5, "hold_minutes": 5}, "holdMinutes"),
        ({"pricing": {"perGuest": 5, "per_guest": 5}}, "pricing.perGuest"),
        (
            {"pricing": {"tiers": [{"minGuests": 1, "min_guests": 1, "perGuest": 1}]}},
            "pricing.tiers.0.minGuests",
        ),
        (
            {"cancellationPolicy": [{"hoursBefore": 1, "hours_before": 1, "refundPercent": 1}]},
            "cancellationPolicy.0.hoursBefore",
        ),
    ],
    ids=str,
)
def test_both_spellings_at_once_are_400_at_every_depth(
    caller: Caller, organization: Organization, body: dict[str, Any], field: str
) -> None:
    room = make_room(make_schedule(organization))
    error = error_of(caller.put(f"/api/v1/rooms/{room.pk}", body), 400)
    assert [detail["field"] for detail in error["details"]] == [field]


@pytest.mark.parametrize("path", ["/api/v1/schedules", "/api/v1/rooms/the-vault", "/api/v1/schedules/blocks"])
def test_queries_take_both_spellings_but_not_at_once(
    caller: Caller, organization: Organization, path: str
) -> None:
    make_room(make_schedule(organization), slug="the-vault")
    camel, snake = "startDate=2026-12-05&endDate=2026-12-06", "start_date=2026-12-05&end_date=2026-12-06"
    assert caller.get(f"{path}?{camel}").content == caller.get(f"{path}?{snake}").content
    error = error_of(caller.get(f"{path}?{camel}&start_date=2026-12-05"), 400)
    assert [detail["field"] for detail in error["details"]] == ["startDate"]
