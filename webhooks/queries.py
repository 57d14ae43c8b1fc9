"""Reading events, endpoints and deliveries. Everything starts from the organization."""

import re
from uuid import UUID

from django.db.models import Max, QuerySet

from bookingflow.lib.errors import NotFound
from bookingflow.lib.ids import read_uuid
from bookingflow.organizations.models import Organization
from webhooks.event_types import HOUSE_TYPES
from webhooks.models import Delivery, Endpoint, Event

_PUBLIC_ID = re.compile(r"evt_([0-9a-f]{32})")


def event_log(organization: Organization) -> QuerySet[Event]:
    """By position, which is given after the commit: `position__gt` the last one seen misses nothing."""
    placed = Event.objects.filter(organization=organization, position__isnull=False)
    return placed.exclude(type__in=HOUSE_TYPES).order_by("position")


def filtered_events(
    organization: Organization, *, type: str | None = None, subject: str | None = None
) -> QuerySet[Event]:
    events = event_log(organization)
    if type is not None:
        events = events.filter(type=type)
    if subject is not None:
        events = events.filter(subject_id__in=_subject_ids(organization, subject))
    return events


def end_of_log(organization: Organization) -> int:
    """The last position that is visible: no event will ever appear before it."""
    placed = Event.objects.filter(organization=organization, position__isnull=False)
    return placed.aggregate(last=Max("position"))["last"] or 0


def find_event(organization: Organization, public_id: str) -> Event:
    """By `evt_…`; one that is told under another name too. Raises NotFound."""
    found = _PUBLIC_ID.fullmatch(public_id)
    events = Event.objects.filter(organization=organization).exclude(type__in=HOUSE_TYPES)
    event = events.filter(id=UUID(hex=found[1])).first() if found else None
    if event is None:
        raise NotFound("There is no such event.")
    return event


def _subject_ids(organization: Organization, subject: str) -> list[str]:
    """A room is known by two ids: the log goes by the integer."""
    if not subject.startswith("bt-"):
        return [subject]
    rooms = event_log(organization).filter(subject_type="room", body__contains=f'"bookingType":"{subject}"')
    return list(rooms.order_by("subject_id").values_list("subject_id", flat=True).distinct())


def endpoints_of(organization: Organization) -> QuerySet[Endpoint]:
    return Endpoint.objects.filter(organization=organization)


def find_endpoint(organization: Organization, endpoint_id: UUID | str, *, lock: bool = False) -> Endpoint:
    """Raises NotFound. Lock it (`FOR UPDATE`) to change or delete it."""
    endpoints = endpoints_of(organization).filter(id__in=_ids(endpoint_id))
    endpoint = (endpoints.select_for_update() if lock else endpoints).first()
    if endpoint is None:
        raise NotFound("There is no such webhook endpoint.")
    return endpoint


def endpoint_by(endpoint_id: UUID) -> Endpoint:
    """Of any organization, for an operator. Raises NotFound."""
    endpoint = Endpoint.objects.select_related("organization").filter(id=endpoint_id).first()
    if endpoint is None:
        raise NotFound("There is no such webhook endpoint.")
    return endpoint


def deliveries_of(endpoint: Endpoint) -> QuerySet[Delivery]:
    """Newest first, with their events."""
    return Delivery.objects.filter(endpoint=endpoint).select_related("event").order_by("-created_at", "-id")


def find_delivery(endpoint: Endpoint, delivery_id: UUID | str) -> Delivery:
    """With its event. Raises NotFound."""
    delivery = deliveries_of(endpoint).filter(id__in=_ids(delivery_id)).first()
    if delivery is None:
        raise NotFound("There is no such delivery.")
    return delivery


def _ids(named: UUID | str) -> list[UUID]:
    found = read_uuid(str(named))
    return [found] if found else []
