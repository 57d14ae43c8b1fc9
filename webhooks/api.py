"""Webhook endpoints in the Venue API."""

from typing import ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from bookingflow.api.idempotency import mutation
from bookingflow.api.schema import operation
from bookingflow.api.serializers import NoQuery, read_body, read_query
from bookingflow.api.views import OrganizationViewSet
from webhooks import services
from webhooks.documents import endpoint_document
from webhooks.serializers import EndpointCreateSerializer, EndpointWithSecretSerializer


class Endpoints(OrganizationViewSet):
    scopes: ClassVar = {"create": "webhooks:write"}

    @operation(
        "createWebhook",
        tag="Webhooks",
        summary="Register a webhook endpoint",
        description="Deliveries are signed by Standard Webhooks with the secret in this answer, shown this once.",
        body=EndpointCreateSerializer,
        answers={201: EndpointWithSecretSerializer},
        keyed=True,
    )
    @mutation
    def create(self, request: Request) -> Response:
        read_query(NoQuery, request)
        asked = read_body(EndpointCreateSerializer, request)
        endpoint, secret = services.create_endpoint(organization=self.organization, actor=self.actor, **asked)
        document = endpoint_document(endpoint, secret=secret)
        return self.created(document, f"/api/v1/webhooks/{endpoint.pk}")
