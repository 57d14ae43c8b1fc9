"""What is asked of the server."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
from django.db import transaction

from benchmarks.load import Figures, measured
from bookingflow.organizations import services as organizations
from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.scopes import PRESETS
from rooms import services as rooms

DAYS = 30
ALL_DAY = [["00:00", "24:00"]]
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Venue:
    key: str
    room: int


def make_venue() -> Venue:
    """A room that is open day and night, an hour at a time, with prices that take some computing."""
    with transaction.atomic():
        organization = organizations.create_organization(
            name="Bench",
            slug="bench",
            timezone="Europe/London",
            currency="GBP",
            plan="business",
            actor=SYSTEM,
        )
        _, key = organizations.create_api_key(
            organization=organization, name="bench", scopes=PRESETS["read-write"], actor=SYSTEM
        )
        room = rooms.create_room(
            organization=organization,
            actor=SYSTEM,
            name="Studio",
            durations=[60],
            guests={"min": 1, "max": 6},
            max_days_ahead=730,
            hours=dict.fromkeys(WEEKDAYS, ALL_DAY),
            pricing={"perGuest": 3000, "tiers": [{"minGuests": 4, "perGuest": 2500}]},
        )
    return Venue(key, room.pk)


def run_all(url: str, venue: Venue, *, clients: tuple[int, ...], seconds: float) -> Iterator[Figures]:
    for count in clients:
        yield _warm_slots(url, venue, count, seconds)
        yield _bookings(url, venue, count, seconds)


def _warm_slots(url: str, venue: Venue, clients: int, seconds: float) -> Figures:
    today = datetime.now(UTC).date() + timedelta(days=400)
    query = {
        "room": str(venue.room),
        "startDate": str(today),
        "endDate": str(today + timedelta(days=DAYS - 1)),
    }

    def ask(client: httpx.Client, number: int) -> httpx.Response:
        return client.get("/api/v1/schedules", params=query)

    return measured("slots of 30 days, warm", ask, url=url, key=venue.key, clients=clients, seconds=seconds)


def _bookings(url: str, venue: Venue, clients: int, seconds: float) -> Figures:
    first = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=clients)

    def book(client: httpx.Client, number: int) -> httpx.Response:
        start = (first + timedelta(hours=number)).isoformat()
        customer = {"name": f"Guest {number % 500}", "email": f"guest-{number % 500}@example.com"}
        body = {"room": venue.room, "start": start, "customer": customer}
        headers = {"Idempotency-Key": f"{clients}-{number}"}
        return client.post("/api/v1/bookings", json=body, headers=headers)

    return measured(
        "bookings, each its own slot", book, url=url, key=venue.key, clients=clients, seconds=seconds
    )
