"""Reading events, endpoints and deliveries. Everything starts from the organization."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from bookingflow.lib.errors import NotFound
from bookingflow.organizations.models import Organization
from webhooks.event_types import HOUSE_TYPES
from webhooks.models import Delivery, Endpoint, Event


def event_log(organization: Organization) -> QuerySet[Event]:
    """By position, which is given after the commit: `position__gt` the last one seen misses nothing."""
    placed = Event.objects.filter(organization=organization, position__isnull=False)
    return placed.exclude(type__in=HOUSE_TYPES).order_by("position")


def endpoints_of(organization: Organization) -> QuerySet[Endpoint]:
    return Endpoint.objects.filter(organization=organization)


def find_endpoint(organization: Organization, endpoint_id: UUID | str, *, lock: bool = False) -> Endpoint:
    """Raises NotFound. Lock it (`FOR UPDATE`) to change or delete it."""
    endpoints = endpoints_of(organization)
    try:
        return (endpoints.select_for_update() if lock else endpoints).get(id=endpoint_id)
    except (Endpoint.DoesNotExist, ValidationError):
        raise NotFound("There is no such webhook endpoint.") from None


def deliveries_of(endpoint: Endpoint) -> QuerySet[Delivery]:
    """Newest first, with their events."""
    return Delivery.objects.filter(endpoint=endpoint).select_related("event").order_by("-created_at", "-id")
