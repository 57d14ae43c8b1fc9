"""The OpenAPI document, made once per process from routes and serializers, and the page to try it on."""

from collections.abc import Callable
from functools import cache, wraps
from threading import Lock
from typing import Any, Final

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.settings import patched_settings

from bookingflow.api.document_finish import finish
from bookingflow.api.document_parts import DESCRIPTION
from bookingflow.api.errors import method_not_allowed

SETTINGS: Final[dict[str, Any]] = {
    "TITLE": "BookingFlow API",
    "VERSION": "2026-11-01",
    "OAS_VERSION": "3.1.0",
    "DESCRIPTION": DESCRIPTION,
    "SERVERS": [{"url": "/", "description": "This installation."}],
    "ENUM_NAME_OVERRIDES": {
        "ModeEnum": "rooms.models.Mode.values",
        "PlanEnum": "bookingflow.organizations.models.Plan.values",
        "MethodEnum": "bookings.payments.models.Method.values",
        "PaymentStatusEnum": "bookings.payments.models.PaymentStatus.values",
        "OfflineMethodEnum": "bookings.api.payment_serializers.OFFLINE_METHODS",
        "ReasonCodeEnum": "rooms.availability.ReasonCode",
        "WeekdayEnum": "rooms.hours.WEEKDAYS",
    },
    "COMPONENT_SPLIT_REQUEST": True,
    "COMPONENT_SPLIT_PATCH": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
}


_being_made = Lock()


def openapi_document() -> bytes:
    with _being_made:  # the generator is not made for two threads at once
        return made_document()


@cache
def made_document() -> bytes:
    with patched_settings(SETTINGS):
        generator = SchemaGenerator(api_version=None)  # type: ignore[no-untyped-call]
        schema = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return orjson.dumps(finish(schema), option=orjson.OPT_INDENT_2, default=str) + b"\n"


def only_read(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Any other method is 405 in the envelope, as on the API's other paths."""

    @csrf_exempt
    @wraps(view)
    def read(request: HttpRequest) -> HttpResponse:
        return (
            view(request) if request.method in ("GET", "HEAD") else method_not_allowed(request, "GET, HEAD")
        )

    return read


@only_read
def openapi_json(request: HttpRequest) -> HttpResponse:
    return HttpResponse(openapi_document(), content_type="application/json")


@only_read
def docs_page(request: HttpRequest) -> HttpResponse:
    """Swagger UI from this machine's own files: paste a key, send real requests."""
    return render(request, "api/docs.html")
