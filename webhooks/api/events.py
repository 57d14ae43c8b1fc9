"""The event log in the Venue API."""

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from bookingflow.api.paging import endless_page
from bookingflow.api.schema import operation
from bookingflow.api.serializers import NoQuery, read_query
from bookingflow.api.views import OrganizationViewSet
from bookingflow.lib import json
from webhooks import queries
from webhooks.models import Event
from webhooks.serializers import EventListQuery, EventPageSerializer, EventSerializer

EVENTS = "Events"


class Events(OrganizationViewSet):
    scopes: ClassVar = {"list": "webhooks:read", "retrieve": "webhooks:read"}

    @operation(
        "listEvents",
        tag=EVENTS,
        summary="Read the event log",
        description=(
            "What happened in the last 30 days, oldest first. `next` is never null: at the end of the log it is where "
            "to go on. Who follows it, and comes back later with the last one, misses no event and sees none twice. An "
            "event is here about a second after the answer to the call that made it."
        ),
        query=EventListQuery,
        answers={200: EventPageSerializer},
    )
    def list(self, request: Request) -> Response:
        asked = read_query(EventListQuery, request)
        limit, cursor = asked.pop("limit"), asked.pop("cursor", None)
        end = queries.end_of_log(self.organization)
        rows = queries.filtered_events(self.organization, **asked)
        return Response(
            endless_page(
                request, rows, ordering="position", end=end, limit=limit, cursor=cursor, show=_as_sent
            )
        )

    @operation(
        "readEvent",
        tag=EVENTS,
        summary="Read an event",
        description="Also one that is sent under another name, such as `booking.cancelled`, which the log leaves out.",
        answers={200: EventSerializer},
        errors={404: "NOT_FOUND: no event of this organization."},
    )
    def retrieve(self, request: Request, identifier: str) -> Response:
        read_query(NoQuery, request)
        return Response(_as_sent(queries.find_event(self.organization, identifier)))


def _as_sent(event: Event) -> Any:
    return json.Fragment(event.body)
