"""The catalog: public, for widgets and POS screens."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, ClassVar

from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from bookingflow.api.conditional import IfNoneMatch
from bookingflow.api.permissions import PUBLIC
from bookingflow.api.schema import operation
from bookingflow.api.serializers import read_query
from bookingflow.lib import json
from bookingflow.organizations.queries import organization_by
from rooms import queries
from rooms.catalog import catalog_document
from rooms.serializers import CatalogQuery, CatalogSerializer

KEPT_BY_CLIENTS = "public, max-age=60, stale-while-revalidate=300"
ANY_ORIGIN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id",
}
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Content-Type, If-None-Match, X-Request-Id",
    "Access-Control-Max-Age": "86400",
}


class Catalog(ViewSet):
    """Needs no key and works on every plan. Browsers may ask from any origin, here alone."""

    authentication_classes: Sequence[type[BaseAuthentication]] = ()
    http_method_names = ["get", "head", "options"]
    scopes: ClassVar = {"list": PUBLIC}
    headers_always: ClassVar = ANY_ORIGIN

    @operation(
        "readCatalog",
        tag="Catalog",
        summary="Read an organization's catalog",
        description=(
            "The organization and its active rooms, with prices. Public: no key, any origin. May be kept for a minute; "
            "`If-None-Match` with the `ETag` is answered with 304 while nothing has changed."
        ),
        query=CatalogQuery,
        answers={200: CatalogSerializer, 304: None},
        errors={404: "NOT_FOUND: no such organization."},
        public=True,
    )
    def list(self, request: Request) -> Response:
        organization = organization_by(read_query(CatalogQuery, request)["identifier"])
        rooms = queries.filtered_rooms(organization, active=True)
        body = json.dumps(catalog_document(organization, rooms))
        tag = f'"{sha256(body).hexdigest()[:32]}"'
        headers = {"ETag": tag, "Cache-Control": KEPT_BY_CLIENTS}
        if IfNoneMatch(request).holds(tag):
            return Response(status=304, headers=headers)
        return Response(json.Fragment(body), headers=headers)

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        """A browser's preflight."""
        return Response(status=204, headers=PREFLIGHT)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Response:
        """Refusals too are for any origin to read."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        for name, value in self.headers_always.items():
            answer[name] = value
        return answer
