"""Webhook endpoints in the Venue API."""

from typing import Any, ClassVar
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from bookingflow.api.elsewhere import Elsewhere
from bookingflow.api.idempotency import mutation
from bookingflow.api.paging import PageQuery, page
from bookingflow.api.schema import operation, put_and_patch
from bookingflow.api.serializers import NoQuery, NothingSerializer, page_of, read_body, read_query
from bookingflow.api.views import OrganizationViewSet
from webhooks import queries, services
from webhooks.documents import endpoint_document, ping_document
from webhooks.pings import send_ping
from webhooks.serializers import (
    EndpointCreateSerializer,
    EndpointSerializer,
    EndpointWithSecretSerializer,
    PingSerializer,
)

WEBHOOKS = "Webhooks"
NO_SUCH_ENDPOINT = {404: "NOT_FOUND: no webhook endpoint of this organization."}


class Endpoints(OrganizationViewSet):
    scopes: ClassVar = {
        "list": "webhooks:read",
        "retrieve": "webhooks:read",
        "create": "webhooks:write",
        "update": "webhooks:write",
        "partial_update": "webhooks:write",
        "destroy": "webhooks:write",
        "rotate_secret": "webhooks:write",
        "test": "webhooks:write",
    }

    @operation(
        "listWebhooks",
        tag=WEBHOOKS,
        summary="List webhook endpoints",
        description="Oldest first, the disabled ones too. Secrets are not shown.",
        query=PageQuery,
        answers={200: page_of(EndpointSerializer)},
    )
    def list(self, request: Request) -> Response:
        asked = read_query(PageQuery, request)
        rows = queries.endpoints_of(self.organization)
        return Response(page(request, rows, ordering=("created_at", "id"), show=endpoint_document, **asked))

    @operation(
        "createWebhook",
        tag=WEBHOOKS,
        summary="Register a webhook endpoint",
        description="Deliveries are signed by Standard Webhooks with the secret in this answer, shown this once.",
        body=EndpointCreateSerializer,
        answers={201: EndpointWithSecretSerializer},
        keyed=True,
    )
    @mutation
    def create(self, request: Request) -> Elsewhere:
        read_query(NoQuery, request)
        asked = read_body(EndpointCreateSerializer, request)
        return Elsewhere(
            ask=lambda: services.refuse_forbidden_target(asked["url"]), then=lambda _: self._create(asked)
        )

    def _create(self, asked: dict[str, Any]) -> Response:
        endpoint, secret = services.create_endpoint(organization=self.organization, actor=self.actor, **asked)
        document = endpoint_document(endpoint, secret=secret)
        return self.created(document, f"/api/v1/webhooks/{endpoint.pk}")

    @operation(
        "readWebhook",
        tag=WEBHOOKS,
        summary="Read a webhook endpoint",
        answers={200: EndpointSerializer},
        errors=NO_SUCH_ENDPOINT,
    )
    def retrieve(self, request: Request, identifier: str) -> Response:
        read_query(NoQuery, request)
        return Response(endpoint_document(queries.find_endpoint(self.organization, identifier)))

    _put, _patch = put_and_patch(
        "Webhook",
        tag=WEBHOOKS,
        summary="Change a webhook endpoint",
        description=(
            "Changes the fields that are sent and leaves the others. A new `url`, or `active: true` where it was "
            "disabled, forgets past failures. Disabling it ends what is on its way there; that stays in the log and "
            "can be sent again."
        ),
        answer=EndpointSerializer,
        errors=NO_SUCH_ENDPOINT,
    )

    @_put
    @mutation
    def update(self, request: Request, identifier: str) -> Response | Elsewhere:
        return self._change(request, identifier)

    @_patch
    @mutation
    def partial_update(self, request: Request, identifier: str) -> Response | Elsewhere:
        return self._change(request, identifier)

    def _change(self, request: Request, identifier: str) -> Response | Elsewhere:
        read_query(NoQuery, request)
        endpoint = queries.find_endpoint(self.organization, identifier)
        changes = read_body(EndpointSerializer, request, shown=endpoint_document(endpoint))
        url = changes.get("url", endpoint.url)
        if url == endpoint.url:
            return self._update(endpoint.pk, changes)
        return Elsewhere(
            ask=lambda: services.refuse_forbidden_target(url),
            then=lambda _: self._update(endpoint.pk, changes),
        )

    def _update(self, endpoint_id: UUID, changes: dict[str, Any]) -> Response:
        changed = services.update_endpoint(
            organization=self.organization, actor=self.actor, endpoint_id=endpoint_id, **changes
        )
        return Response(endpoint_document(changed))

    @operation(
        "deleteWebhook",
        tag=WEBHOOKS,
        summary="Delete a webhook endpoint",
        description="Its delivery log goes with it; the event log stays.",
        body=NothingSerializer,
        answers={204: None},
        errors=NO_SUCH_ENDPOINT,
        keyed=True,
    )
    @mutation
    def destroy(self, request: Request, identifier: str) -> Response:
        read_query(NoQuery, request)
        read_body(NothingSerializer, request)
        endpoint = queries.find_endpoint(self.organization, identifier)
        services.delete_endpoint(organization=self.organization, actor=self.actor, endpoint_id=endpoint.pk)
        return Response(status=204)

    @operation(
        "rotateWebhookSecret",
        tag=WEBHOOKS,
        summary="Give a webhook endpoint a new secret",
        description=(
            "The new one is in this answer, shown this once. The old one signs along for 24 hours, also when there is "
            "another rotation meanwhile (four old ones at most): deliveries carry a signature by each, so that the "
            "receiver can change over at any time."
        ),
        body=NothingSerializer,
        answers={200: EndpointWithSecretSerializer},
        errors=NO_SUCH_ENDPOINT,
        keyed=True,
    )
    @mutation
    def rotate_secret(self, request: Request, identifier: str) -> Response:
        read_query(NoQuery, request)
        endpoint = queries.find_endpoint(self.organization, identifier)
        read_body(NothingSerializer, request)
        rotated, secret = services.rotate_secret(
            organization=self.organization, actor=self.actor, endpoint_id=endpoint.pk
        )
        return Response(endpoint_document(rotated, secret=secret))

    @operation(
        "testWebhook",
        tag=WEBHOOKS,
        summary="Send a ping to a webhook endpoint",
        description=(
            "Sends an event of the type `ping` at once, to a disabled endpoint too, and tells what came back. It is in "
            "no log, is never sent again, and counts neither for nor against the endpoint."
        ),
        body=NothingSerializer,
        answers={200: PingSerializer},
        errors=NO_SUCH_ENDPOINT,
        keyed=True,
    )
    @mutation
    def test(self, request: Request, identifier: str) -> Elsewhere:
        read_query(NoQuery, request)
        endpoint = queries.find_endpoint(self.organization, identifier)
        read_body(NothingSerializer, request)
        return Elsewhere(ask=lambda: send_ping(endpoint), then=lambda answer: Response(ping_document(answer)))
