"""Bookings in every state, a clock that stands where it is put, and what was told and written down."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import models, transaction

from bookingflow.lib import clock
from bookingflow.lib.errors import DomainError
from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.models import AuditEntry, Organization
from bookings import queries, services
from bookings.documents import booking_document
from bookings.lifecycle import Status
from bookings.models import Booking
from rooms.models import Claim, Room, Schedule
from tests.builders import make_booking, make_room
from webhooks.models import Event

PRICES = {"base": 2000, "perGuest": 1500, "depositPercent": 50}


def stand_at(moment: datetime) -> None:
    """From here on the clock goes on from `moment`, to the second or so."""
    clock.shift = moment - datetime.now(UTC)


def priced_room(schedule: Schedule | None = None, **overrides: Any) -> Room:
    """Twenty dollars and fifteen for each guest, half of it as a deposit."""
    return make_room(schedule, **{"pricing": PRICES} | overrides)


def by(booking: Booking) -> dict[str, Any]:
    """What every use case of a booking is told: by whom, of whose, and which."""
    return {"organization": booking.organization, "actor": SYSTEM, "booking_id": booking.pk}


def booking_in(status: Status, room: Room | None = None) -> Booking:
    """In this state by the services' own ways. Moves the clock where the state needs it."""
    waits = status in {Status.PENDING, Status.EXPIRED}
    booking = make_booking(room or priced_room(), hold=waits)
    if status is Status.CANCELED:
        booking = services.cancel_booking(**by(booking))
    if status is Status.EXPIRED:
        assert booking.hold_expires_at is not None
        stand_at(booking.hold_expires_at)
    if status in {Status.COMPLETED, Status.NO_SHOW}:
        stand_at(booking.start + timedelta(minutes=1))
        booking = services.change_booking(**by(booking), status=status)
    return booking


def again(booking: Booking) -> Booking:
    """As it stands in the database."""
    return queries.find_booking(booking.organization, booking.pk)


def document(booking: Booking) -> dict[str, Any]:
    return booking_document(again(booking), now=clock.now())


@contextmanager
def refused(error: type[DomainError], sentence: str = "") -> Iterator[pytest.ExceptionInfo[DomainError]]:
    """What refuses leaves nothing: the caller rolls it back, as every caller does."""
    with pytest.raises(error, match=sentence or None) as refusal, transaction.atomic():
        yield refusal


def told(subject: models.Model) -> list[tuple[str, dict[str, Any]]]:
    """The subject's events, type and data, in the order of their sequence."""
    events = Event.objects.filter(subject_id=str(subject.pk)).order_by("sequence")
    return [(event.type, json.loads(event.body)["data"]) for event in events]


def types_told(organization: Organization) -> list[str]:
    """All of its events, in the order in which they were recorded."""
    rows = Event.objects.filter(organization=organization).order_by("recorded_at")
    return list(rows.values_list("type", flat=True))


def written(subject: models.Model) -> list[tuple[str, dict[str, Any]]]:
    """The subject's audit rows, action and changes."""
    rows = AuditEntry.objects.filter(subject_id=str(subject.pk)).order_by("pk")
    return list(rows.values_list("action", "changes"))


def time_of(booking: Booking) -> tuple[datetime, datetime] | None:
    """What is taken on its behalf, claims that ran out included."""
    claim = Claim.objects.select_related("session").filter(holder_id=booking.pk).first()
    return (claim.session.start, claim.session.end) if claim else None
