"""What all is measured against, served by the same processes: an empty view, and an empty endpoint of the API."""

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework.response import Response

from bookingflow import urls
from bookingflow.api.permissions import ANY_SCOPE
from bookingflow.api.views import OrganizationViewSet

handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500


def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"{}", content_type="application/json")


class Empty(OrganizationViewSet):
    """With key, scope and limits as each endpoint has them."""

    scopes: ClassVar = {"list": ANY_SCOPE, "create": ANY_SCOPE}

    def list(self, request: Any) -> Response:
        return Response({})

    def create(self, request: Any) -> Response:
        read_whole = request.data
        return Response({"fields": len(read_whole)})


urlpatterns = [
    path("floor", empty),
    path("api/v1/floor", Empty.as_view({"get": "list", "post": "create"})),
    *urls.urlpatterns,
]
