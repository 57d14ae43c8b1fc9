"""How endpoints are told in the OpenAPI document."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from bookingflow.api.serializers import StrictSerializer

Serializer = type[StrictSerializer]
Operation = Callable[[Any], Any]

ALWAYS = {
    400: "INVALID_REQUEST: `details` names every field at fault.",
    401: "UNAUTHORIZED: no key, or none that is good.",
    403: "FORBIDDEN (`details` names the missing scope) or PLAN_REQUIRED.",
    406: "NOT_ACCEPTABLE: answers are JSON.",
    500: "INTERNAL_ERROR",
    503: "SERVICE_UNAVAILABLE: a needed service is out of reach; `Retry-After` says when to try again.",
}
NEEDING_A_KEY = frozenset({401, 403})
WITH_BODY = {413: "PAYLOAD_TOO_LARGE: over 1 MiB.", 415: "UNSUPPORTED_MEDIA_TYPE: bodies are JSON."}
WITH_KEY = {409: "IDEMPOTENCY_CONFLICT or IDEMPOTENCY_IN_PROGRESS."}
WITH_MATCH = {412: "PRECONDITION_FAILED: `If-Match` names another version than there is."}


class ErrorDetailSerializer(serializers.Serializer[Any]):
    field = serializers.CharField(required=False)
    code = serializers.CharField(required=False)
    message = serializers.CharField(required=False)


class ErrorBodySerializer(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="Stable: build on this.")
    message = serializers.CharField(help_text="A sentence for a person.")
    requestId = serializers.CharField(help_text="As in the X-Request-Id header and in the logs.")
    details = serializers.ListField(
        child=serializers.DictField(),
        required=False,
        help_text="Which fields are at fault, or which bookings are in the way.",
    )


class ErrorSerializer(serializers.Serializer[Any]):
    """Every error of every call."""

    error = ErrorBodySerializer()


class Schema(AutoSchema):
    """Operation ids are declared; a view without one is left out by no accident but by `exclude`."""


def operation(
    operation_id: str,
    *,
    tag: str,
    summary: str,
    description: str = "",
    query: Serializer | None = None,
    body: Serializer | None = None,
    answers: Mapping[int, Any],
    errors: Mapping[int, str] | None = None,
    examples: Sequence[OpenApiExample] = (),
    keyed: bool = False,
    conditional: bool = False,
    public: bool = False,
) -> Operation:
    """One endpoint: what it takes, what it answers, and every error that it may give.

    `keyed`: takes an Idempotency-Key; `conditional`: takes If-Match; `public`: needs no key.
    """
    told = {**ALWAYS, **(WITH_BODY if body else {}), **(WITH_MATCH if conditional else {})}
    told = {status: text for status, text in told.items() if not (public and status in NEEDING_A_KEY)}
    for status, text in [*(WITH_KEY.items() if keyed else ()), *(errors or {}).items()]:
        told[status] = f"{told[status]} {text}" if status in told else text
    responses: dict[int, Any] = dict(answers)
    responses |= {
        status: OpenApiResponse(ErrorSerializer, description=text) for status, text in sorted(told.items())
    }
    parameters: list[Any] = [
        *([query] if query else []),
        *([IDEMPOTENCY_KEY] if keyed else []),
        *([IF_MATCH] if conditional else []),
    ]
    return extend_schema(
        operation_id=operation_id,
        tags=[tag],
        summary=summary,
        description=description,
        parameters=parameters,
        request=body,
        responses=responses,
        examples=list(examples),
        auth=[] if public else None,
    )


IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The `ETag` that was read: refused with 412 where it is another by now.",
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="1–255 printable ASCII characters. The same key with the same request gives the first answer again.",
)


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "bookingflow.api.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "bf_live_…"}


class InstantFieldSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = "bookingflow.api.fields.InstantField"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}


class RoomIdentifierFieldSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = "bookingflow.api.fields.RoomIdentifierField"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        return {"oneOf": [{"type": "integer"}, {"type": "string"}]}


class PercentFieldSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = "bookingflow.api.fields.PercentField"

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        return {"type": "number", "minimum": self.target.least, "maximum": self.target.most}
