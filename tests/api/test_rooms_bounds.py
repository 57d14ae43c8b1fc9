"""Bounds of a room's fields: what lies on them is taken, what lies beyond is 400 and names the field."""

from typing import Any

import pytest

from bookingflow.organizations.models import Organization
from rooms.models import Room
from tests.builders import make_room, make_schedule
from tests.caller import Caller, error_of

DAY = 24 * 60
YEAR = 365 * DAY
MOST = 10**11


def tier(**fields: Any) -> dict[str, Any]:
    return {"pricing": {"tiers": [{"minGuests": 2, "perGuest": 100, **fields}]}}


def priced(minutes: int = 60, base: int = 0) -> dict[str, Any]:
    return {"pricing": {"durations": [{"minutes": minutes, "base": base}]}}


def adjusted(**fields: Any) -> dict[str, Any]:
    return {"pricing": {"adjustments": [{"label": "Late", **fields}]}}


def taxed(**fields: Any) -> dict[str, Any]:
    return {"pricing": {"taxes": [{"label": "VAT", "percent": 7, **fields}]}}


def policy(**fields: Any) -> dict[str, Any]:
    return {"cancellationPolicy": [{"hoursBefore": 1, "refundPercent": 1, **fields}]}


def shared(seats: Any) -> dict[str, Any]:
    return {"modes": ["shared"], "seats": seats, "guests": {"min": 1, "max": 1}}


TAKEN: list[dict[str, Any]] = [
    *({"durations": [minutes]} for minutes in (5, DAY)),
    *({"slotIntervalMinutes": minutes} for minutes in (5, DAY)),
    *({"bufferBeforeMinutes": minutes} for minutes in (0, DAY)),
    *({"bufferAfterMinutes": minutes} for minutes in (0, DAY)),
    *({"minNoticeMinutes": minutes} for minutes in (0, YEAR)),
    *({"maxDaysAhead": days} for days in (1, 730)),
    *({"holdMinutes": minutes} for minutes in (1, DAY)),
    *({"guests": {"min": count, "max": count}} for count in (1, 1000)),
    *(shared(seats) for seats in (1, 10_000)),
    *({"name": "x" * length} for length in (1, 200)),
    {"description": "x" * 10_000},
    {"description": ""},
    *({"pricing": {"base": amount}} for amount in (0, MOST)),
    *(tier(perGuest=amount) for amount in (0, MOST)),
    *(priced(minutes) for minutes in (5, DAY)),
    *(adjusted(percent=percent) for percent in (-100, 1000, 12.3456)),
    *(adjusted(amount=amount) for amount in (-MOST, MOST)),
    *({"pricing": {"depositPercent": percent}} for percent in (0, 100, 33.3333)),
    *(policy(refundPercent=percent) for percent in (0, 100, 12.5)),
    *(policy(hoursBefore=hours) for hours in (0, 365 * 24)),
]
REFUSED: list[tuple[dict[str, Any], str]] = [
    *(({"durations": [60, minutes]}, "durations.1") for minutes in (4, DAY + 1, 0, -60, 60.5, "60", None)),
    ({"durations": []}, "durations"),
    ({"durations": [60, 60]}, "durations"),
    ({"durations": 60}, "durations"),
    *(({"slotIntervalMinutes": minutes}, "slotIntervalMinutes") for minutes in (4, DAY + 1, None, True)),
    *(({"bufferBeforeMinutes": minutes}, "bufferBeforeMinutes") for minutes in (-1, DAY + 1)),
    *(({"bufferAfterMinutes": minutes}, "bufferAfterMinutes") for minutes in (-1, DAY + 1)),
    *(({"minNoticeMinutes": minutes}, "minNoticeMinutes") for minutes in (-1, YEAR + 1)),
    *(({"maxDaysAhead": days}, "maxDaysAhead") for days in (0, 731, 10**30)),
    *(({"holdMinutes": minutes}, "holdMinutes") for minutes in (0, DAY + 1)),
    *(({"guests": {"min": count, "max": 5}}, "guests.min") for count in (0, 1001, "2", None)),
    *(({"guests": {"min": 1, "max": count}}, "guests.max") for count in (0, 1001)),
    ({"guests": {"min": 5, "max": 4}}, "guests.max"),
    ({"guests": {"most": 5}}, "guests.most"),
    ({"guests": 5}, "guests"),
    *((shared(seats), "seats") for seats in (0, 10_001)),
    ({"modes": ["shared"], "seats": 4, "guests": {"min": 1, "max": 5}}, "guests.max"),
    ({"modes": ["private"], "seats": 4}, "seats"),
    ({"modes": []}, "modes"),
    ({"modes": ["secret"]}, "modes.0"),
    *(({"name": name}, "name") for name in ("", "  ", "x" * 201, None, 7)),
    *(({"description": text}, "description") for text in ("x" * 10_001, None)),
    *(({"imageUrl": url}, "imageUrl") for url in ("picture.png", "ftp://example.com/a", "x" * 501, "")),
    *(({"active": value}, "active") for value in (1, "true", None)),
    *(({"pricing": {"base": amount}}, "pricing.base") for amount in (-1, MOST + 1, 1.5, "1")),
    *(({"pricing": {"perGuest": amount}}, "pricing.perGuest") for amount in (-1, MOST + 1)),
    *((tier(perGuest=amount), "pricing.tiers.0.perGuest") for amount in (-1, MOST + 1)),
    *((tier(minGuests=count), "pricing.tiers.0.minGuests") for count in (0, 1001)),
    *((priced(minutes), "pricing.durations.0.minutes") for minutes in (4, DAY + 1)),
    *((priced(base=amount), "pricing.durations.0.base") for amount in (-1, MOST + 1)),
    *((adjusted(percent=value), "pricing.adjustments.0.percent") for value in (-100.1, 1000.1, 1.23456, "5")),
    *((adjusted(amount=value), "pricing.adjustments.0.amount") for value in (-MOST - 1, MOST + 1, 0.5)),
    (adjusted(percent=5, amount=5), "pricing.adjustments.0"),
    (adjusted(), "pricing.adjustments.0"),
    (adjusted(percent=5, weekdays=["fri", "noday"]), "pricing.adjustments.0.weekdays.1"),
    (adjusted(percent=5, **{"from": "25:00"}), "pricing.adjustments.0.from"),
    (adjusted(percent=5, to="9:00"), "pricing.adjustments.0.to"),
    *((taxed(percent=percent), "pricing.taxes.0.percent") for percent in (-1, 100.5, 1.23456)),
    (taxed(label=""), "pricing.taxes.0.label"),
    (taxed(included="yes"), "pricing.taxes.0.included"),
    *(({"pricing": {"depositPercent": value}}, "pricing.depositPercent") for value in (-1, 101, 0.00001)),
    ({"pricing": {"currency": "EUR"}}, "pricing.currency"),
    ({"pricing": {"colour": 1}}, "pricing.colour"),
    *((policy(refundPercent=value), "cancellationPolicy.0.refundPercent") for value in (-1, 101, None)),
    *((policy(hoursBefore=value), "cancellationPolicy.0.hoursBefore") for value in (-1, 8761, 1.5)),
    ({"cancellationPolicy": {}}, "cancellationPolicy"),
]


@pytest.fixture
def room(organization: Organization) -> Room:
    return make_room(make_schedule(organization))


@pytest.mark.parametrize("fields", TAKEN, ids=str)
def test_what_lies_on_the_bounds_is_taken(caller: Caller, room: Room, fields: dict[str, Any]) -> None:
    answer = caller.put(f"/api/v1/rooms/{room.pk}", fields)
    assert answer.status_code == 200, answer.content
    made = caller.post("/api/v1/rooms", {"name": "Another", "durations": [60], **fields})
    assert made.status_code == 201, made.content


@pytest.mark.parametrize(("fields", "named"), REFUSED, ids=str)
def test_what_lies_beyond_is_400_and_named(
    caller: Caller, room: Room, fields: dict[str, Any], named: str
) -> None:
    changed = caller.put(f"/api/v1/rooms/{room.pk}", fields)
    made = caller.post("/api/v1/rooms", {"name": "Another", "durations": [60], **fields})
    for answer in (changed, made):
        error = error_of(answer, 400)
        assert error["code"] == "INVALID_REQUEST"
        assert named in {detail["field"] for detail in error["details"]}
    assert Room.objects.count() == 1


def test_all_faults_are_told_at_once(caller: Caller, room: Room) -> None:
    error = error_of(
        caller.put(
            f"/api/v1/rooms/{room.pk}",
            {"maxDaysAhead": 0, "slug": "block", "colour": "red", "guests": {"min": 0}, "id": 7},
        ),
        400,
    )
    named = {detail["field"] for detail in error["details"]}
    assert named == {"maxDaysAhead", "slug", "colour", "guests.min", "id"}
