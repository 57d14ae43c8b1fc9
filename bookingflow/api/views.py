"""What the endpoints of every app share."""

from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from bookingflow.api.authentication import caller_key
from bookingflow.api.errors import not_found
from bookingflow.api.fields import InstantField
from bookingflow.api.permissions import ANY_SCOPE
from bookingflow.api.schema import operation
from bookingflow.api.serializers import NoQuery, StrictSerializer, read_query
from bookingflow.lib import json
from bookingflow.organizations.audit import Actor
from bookingflow.organizations.models import Organization, Plan


class OrganizationViewSet(ViewSet):
    """Endpoints of one organization: the key's. `scopes` names what each action needs."""

    scopes: ClassVar[dict[str, str]] = {}
    # OPTIONS is answered with 405: endpoints are told in the OpenAPI document.
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]

    @property
    def organization(self) -> Organization:
        return caller_key(self.request).organization

    @property
    def actor(self) -> Actor:
        return self.request.user  # type: ignore[return-value]

    def created(self, document: dict[str, Any], location: str) -> Response:
        return Response(document, status=201, headers={"Location": location})


class OrganizationSerializer(StrictSerializer):
    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    timezone = serializers.CharField()
    currency = serializers.CharField()
    plan = serializers.ChoiceField(Plan.values)


class KeySerializer(StrictSerializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    expiresAt = InstantField(allow_null=True)
    lastUsedAt = InstantField(allow_null=True)


class RateLimitSerializer(StrictSerializer):
    limit = serializers.IntegerField()
    windowSeconds = serializers.IntegerField()


class MeSerializer(StrictSerializer):
    organization = OrganizationSerializer()
    key = KeySerializer()
    rateLimit = RateLimitSerializer()


class Me(OrganizationViewSet):
    """The key itself: what a client asks first."""

    scopes: ClassVar = {"retrieve": ANY_SCOPE}

    @operation(
        "readMe",
        tag="Account",
        summary="Read the key's own account",
        description="The key's organization, plan, scopes and rate limit.",
        answers={200: MeSerializer},
    )
    def retrieve(self, request: Any) -> Response:
        read_query(NoQuery, request)
        key, organization = caller_key(request), self.organization
        return Response(
            {
                "organization": {
                    "id": str(organization.id),
                    "slug": organization.slug,
                    "name": organization.name,
                    "timezone": organization.timezone,
                    "currency": organization.currency,
                    "plan": organization.plan,
                },
                "key": {
                    "id": str(key.id),
                    "name": key.name,
                    "scopes": key.scopes,
                    "expiresAt": json.instant_or_none(key.expires_at),
                    "lastUsedAt": json.instant_or_none(key.last_used_at),
                },
                "rateLimit": {
                    "limit": settings.RATE_LIMIT_KEY.limit,
                    "windowSeconds": settings.RATE_LIMIT_KEY.window_seconds,
                },
            }
        )


@csrf_exempt  # nobody is known here by a cookie
def nothing_here(request: HttpRequest) -> HttpResponse:
    """Every path under the API that is none: 404 in the envelope, with a key or without."""
    return not_found(request)
