"""One row of everything that the admin shows, of one organization."""

from datetime import timedelta
from typing import Any

from django.db import models, transaction

from bookingflow.lib import clock
from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.models import ApiKey, AuditEntry, Membership, Organization
from bookings.models import Booking
from customers.models import Customer
from rooms.models import Block, Room, Schedule, Session
from rooms.services import block_time
from tests.builders import (
    make_api_key,
    make_booking,
    make_event,
    make_room,
    make_schedule,
    make_staff,
    slot,
)
from webhooks.models import Delivery, Endpoint, Event

Rows = dict[type[models.Model], Any]


def rows_of(organization: Organization) -> Rows:
    """All of their names say whose they are."""
    name = organization.name
    schedule = make_schedule(organization, name=f"{name} schedule")
    room = make_room(schedule, name=f"{name} room")
    booking = make_booking(
        room, customer={"name": f"{name} guest", "email": f"{organization.slug}-{room.pk}@example.com"}
    )
    colleague = make_staff(organization, email=f"staff-{room.pk}@{organization.slug}.example")
    event = make_event(organization, subject_id=str(booking.pk), sequence=2)
    endpoint = Endpoint.objects.create(
        organization=organization,
        url=f"https://{organization.slug}.example/{room.pk}",
        events=["*"],
        secret=b"x",
    )
    return {
        Organization: organization,
        Membership: Membership.objects.get(user=colleague),
        ApiKey: make_api_key(organization, name=f"{name} key")[0],
        AuditEntry: AuditEntry.objects.filter(subject_id=str(booking.pk)).get(),
        Schedule: schedule,
        Room: room,
        Block: _block(schedule),
        Session: Session.objects.get(claims__holder_id=booking.pk),
        Customer: booking.customer,
        Booking: booking,
        Event: event,
        Endpoint: endpoint,
        Delivery: _delivery(event, endpoint),
    }


def _block(schedule: Schedule) -> Block:
    start = slot(days=40)
    with transaction.atomic():
        blocked = block_time(
            organization=schedule.organization,
            actor=SYSTEM,
            schedule=schedule.pk,
            start=start,
            end=start + timedelta(hours=2),
            reason=f"{schedule.organization.name} holiday",
        )
    return blocked[0].block


def _delivery(event: Event, endpoint: Endpoint) -> Delivery:
    attempt = {"at": "2026-11-01T10:00:00Z", "status": 500, "durationMs": 12, "error": None, "response": "Oh"}
    return Delivery.objects.create(
        organization=event.organization,
        event=event,
        endpoint=endpoint,
        status="failed",
        attempts=[attempt],
        next_attempt_at=clock.now() + timedelta(minutes=1),
    )
