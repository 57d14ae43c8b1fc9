"""Rows for tests: every argument has a default, and what is left out is made along."""

from datetime import UTC, datetime, time, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import Max

from bookingflow.lib import clock
from bookingflow.organizations import services as organizations
from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.models import ApiKey, Organization, Plan, PublicName, User
from bookingflow.organizations.scopes import PRESETS
from bookings.models import Booking, Source
from bookings.services import book_room
from customers.models import Customer
from customers.services import create_customer
from rooms.models import Block, Mode, Room, Schedule
from webhooks.models import Delivery, Endpoint, Event
from webhooks.outbox import Draft, record
from webhooks.services import create_endpoint

_numbers = count(1)
_TODAY = datetime.now(UTC).date()

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def every_day(*openings: tuple[str, str]) -> dict[str, list[list[str]]]:
    """The same weekly hours on all seven days: `every_day(("09:00", "17:00"))`."""
    return {day: [list(opening) for opening in openings] for day in WEEKDAYS}


def make_organization(**overrides: Any) -> Organization:
    number = next(_numbers)
    fields: dict[str, Any] = {
        "slug": f"venue-{number}",
        "name": f"Venue {number}",
        "timezone": "UTC",
        "currency": "USD",
        "plan": Plan.BUSINESS,
    }
    with transaction.atomic():
        return organizations.create_organization(**{"actor": SYSTEM} | fields | overrides)


def make_staff(organization: Organization | None = None, **overrides: Any) -> User:
    fields: dict[str, Any] = {
        "email": f"staff-{next(_numbers)}@example.com",
        "role": "manager",
        "actor": SYSTEM,
    }
    with transaction.atomic():
        user, _ = organizations.create_staff(
            organization=organization or make_organization(), **fields | overrides
        )
    return user


def make_api_key(organization: Organization | None = None, **overrides: Any) -> tuple[ApiKey, str]:
    """The key's row, and the key itself: it may read and write everything."""
    fields: dict[str, Any] = {"name": "Website", "scopes": PRESETS["read-write"], "actor": SYSTEM}
    with transaction.atomic():
        return organizations.create_api_key(
            organization=organization or make_organization(), **fields | overrides
        )


def make_schedule(organization: Organization | None = None, **overrides: Any) -> Schedule:
    """Open from nine to five every day, in UTC."""
    number = next(_numbers)
    fields: dict[str, Any] = {
        "organization": organization or make_organization(),
        "handle": f"schedule-{number}",
        "name": f"Schedule {number}",
        "timezone": "UTC",
        "hours": every_day(("09:00", "17:00")),
    }
    fields |= overrides
    with transaction.atomic():
        PublicName.objects.get_or_create(name=fields["handle"], organization=fields["organization"])
        return Schedule.objects.create(**fields)


def make_room(schedule: Schedule | None = None, **overrides: Any) -> Room:
    """Private, an hour long, on the hour, for one to six guests, bookable at once and for ninety days."""
    number = next(_numbers)
    schedule = schedule or make_schedule()
    fields: dict[str, Any] = {
        "organization": schedule.organization,
        "schedule": schedule,
        "slug": f"room-{number}",
        "name": f"Room {number}",
        "modes": [Mode.PRIVATE],
        "durations": [60],
        "slot_interval_minutes": 60,
        "guests_max": 6,
    }
    return Room.objects.create(**fields | overrides)


def make_shared_room(schedule: Schedule | None = None, *, seats: int = 6, **overrides: Any) -> Room:
    return make_room(schedule, **{"modes": [Mode.SHARED], "seats": seats, "guests_max": seats} | overrides)


def make_block(schedule: Schedule | None = None, **overrides: Any) -> Block:
    """An hour, twenty days from the day on which the tests began: out of the way of `slot()`."""
    schedule = schedule or make_schedule()
    fields: dict[str, Any] = {
        "organization": schedule.organization,
        "schedule": schedule,
        "start": slot(10, days=20),
        "end": slot(11, days=20),
        "reason": "Repairs",
    }
    return Block.objects.create(**fields | overrides)


def make_endpoint(organization: Organization | None = None, **overrides: Any) -> tuple[Endpoint, str]:
    """The endpoint, subscribed to everything, and its secret. Allow private targets in the test's settings."""
    fields: dict[str, Any] = {"url": "http://127.0.0.1:9/hooks", "events": ["*"], "actor": SYSTEM}
    with transaction.atomic():
        return create_endpoint(organization=organization or make_organization(), **fields | overrides)


def make_event(organization: Organization | None = None, **overrides: Any) -> Event:
    """Recorded and committed (in a `transaction=True` test), as a change would; not placed in the log yet."""
    organization = organization or make_organization()
    fields: dict[str, Any] = {
        "type": "booking.created",
        "subject_type": "booking",
        "subject_id": str(uuid4()),
        "sequence": 1,
        "data": {"booking": {"reference": f"BF-{next(_numbers)}"}},
    }
    draft = Draft(**fields | overrides)
    with transaction.atomic():
        record([draft], organization_id=organization.id, at=clock.now())
    return Event.objects.get(
        organization=organization, subject_id=draft.subject_id, type=draft.type, sequence=draft.sequence
    )


def make_delivery(endpoint: Endpoint | None = None, **overrides: Any) -> Delivery:
    """Of an event of its own that has its place in the log, not attempted yet."""
    endpoint = endpoint or make_endpoint()[0]
    event = overrides.pop("event", None) or make_event(endpoint.organization)
    if event.position is None:
        event.position = (Event.objects.aggregate(last=Max("position"))["last"] or 0) + 1
        event.save(update_fields=["position"])
    fields: dict[str, Any] = {"organization": endpoint.organization, "next_attempt_at": clock.now()}
    return Delivery.objects.create(event=event, endpoint=endpoint, **fields | overrides)


def make_customer(organization: Organization | None = None, **overrides: Any) -> Customer:
    number = next(_numbers)
    fields: dict[str, Any] = {
        "name": f"Guest {number}",
        "email": f"guest-{number}@example.com",
        "actor": SYSTEM,
    }
    with transaction.atomic():
        return create_customer(organization=organization or make_organization(), **fields | overrides)


def slot(hour: int = 10, minute: int = 0, *, days: int = 7) -> datetime:
    """A start in UTC, some days from the day on which the tests began."""
    return datetime.combine(_TODAY + timedelta(days=days), time(hour, minute), UTC)


def make_booking(room: Room | None = None, **overrides: Any) -> Booking:
    """At ten in a week, for a customer of its own; with `hold=True` a hold."""
    room = room or make_room()
    number = next(_numbers)
    fields: dict[str, Any] = {
        "organization": room.organization,
        "start": slot(),
        "source": Source.API,
        "actor": SYSTEM,
    }
    if "customer_id" not in overrides:
        fields["customer"] = {"name": f"Guest {number}", "email": f"guest-{number}@example.com"}
    with transaction.atomic():
        return book_room(room=room.pk, **fields | overrides)
