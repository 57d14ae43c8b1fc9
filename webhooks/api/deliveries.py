"""Deliveries in the Venue API: what was sent to an endpoint, and sending it once more."""

from typing import ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from bookingflow.api.idempotency import mutation
from bookingflow.api.paging import page
from bookingflow.api.schema import operation
from bookingflow.api.serializers import NoQuery, NothingSerializer, page_of, read_body, read_query
from bookingflow.api.views import OrganizationViewSet
from webhooks import queries
from webhooks.api.endpoints import NO_SUCH_ENDPOINT, WEBHOOKS
from webhooks.documents import delivery_document
from webhooks.sending_again import replay_events, resend_delivery
from webhooks.serializers import (
    DeliveryListQuery,
    DeliverySerializer,
    ReplayCreateSerializer,
    ReplaySerializer,
)

DISABLED = {409: "BOOKING_STATE_CONFLICT: the endpoint is disabled."}


class Deliveries(OrganizationViewSet):
    scopes: ClassVar = {
        "list": "webhooks:read",
        "resend": "webhooks:write",
        "replay": "webhooks:write",
    }

    @operation(
        "listDeliveries",
        tag=WEBHOOKS,
        summary="List an endpoint's deliveries",
        description="Newest first, of the last 30 days, each with its attempts.",
        query=DeliveryListQuery,
        answers={200: page_of(DeliverySerializer)},
        errors=NO_SUCH_ENDPOINT,
    )
    def list(self, request: Request, identifier: str) -> Response:
        asked = read_query(DeliveryListQuery, request)
        limit, cursor = asked.pop("limit"), asked.pop("cursor", None)
        endpoint = queries.find_endpoint(self.organization, identifier)
        rows = queries.deliveries_of(endpoint).filter(**asked)
        return Response(
            page(
                request,
                rows,
                ordering=("-created_at", "-id"),
                limit=limit,
                cursor=cursor,
                show=delivery_document,
            )
        )

    @operation(
        "resendDelivery",
        tag=WEBHOOKS,
        summary="Send a delivery once more",
        description=(
            "Also one that has succeeded. It stays the same delivery, with its attempts so far, is due at once and has "
            "the whole retry schedule before it again. One that is waiting for its first attempt, or is under way, is "
            "left as it is."
        ),
        body=NothingSerializer,
        answers={202: DeliverySerializer},
        errors={404: "NOT_FOUND: no such endpoint of this organization, or no such delivery.", **DISABLED},
        keyed=True,
    )
    @mutation
    def resend(self, request: Request, identifier: str, delivery: str) -> Response:
        read_query(NoQuery, request)
        endpoint = queries.find_endpoint(self.organization, identifier)
        found = queries.find_delivery(endpoint, delivery)
        read_body(NothingSerializer, request)
        resent = resend_delivery(
            organization=self.organization, actor=self.actor, endpoint_id=endpoint.pk, delivery_id=found.pk
        )
        return Response(delivery_document(resent), status=202)

    @operation(
        "replayEvents",
        tag=WEBHOOKS,
        summary="Send every event since an instant once more",
        description=(
            "Of those in the log that the endpoint subscribes to now, oldest first, also those from before it was "
            "there. The answer tells how many; they are sent in the background, and what happens meanwhile is sent in "
            "between. Ids and bodies are those of the first time."
        ),
        body=ReplayCreateSerializer,
        answers={202: ReplaySerializer},
        errors={**NO_SUCH_ENDPOINT, **DISABLED},
        keyed=True,
    )
    @mutation
    def replay(self, request: Request, identifier: str) -> Response:
        read_query(NoQuery, request)
        endpoint = queries.find_endpoint(self.organization, identifier)
        asked = read_body(ReplayCreateSerializer, request)
        number = replay_events(
            organization=self.organization, actor=self.actor, endpoint_id=endpoint.pk, **asked
        )
        return Response({"events": number}, status=202)
