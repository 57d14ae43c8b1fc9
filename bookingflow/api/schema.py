"""How endpoints are told in the OpenAPI document."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from bookingflow.api import schema_fields  # noqa: F401 (its classes register themselves)
from bookingflow.api.permissions import ANY_SCOPE, PUBLIC
from bookingflow.api.serializers import StrictSerializer

Serializer = type[StrictSerializer]
Operation = Callable[[Any], Any]

ALWAYS = {
    400: "INVALID_REQUEST: `details` names every field at fault.",
    401: "UNAUTHORIZED: no key, or none that is good.",
    403: "FORBIDDEN (`details` names the missing scope) or PLAN_REQUIRED.",
    406: "NOT_ACCEPTABLE: answers are JSON.",
    429: "RATE_LIMITED: too many calls of this key or from this address; `Retry-After` says when to try again.",
    500: "INTERNAL_ERROR",
    503: "SERVICE_UNAVAILABLE: a needed service is out of reach; `Retry-After` says when to try again.",
}
NEEDING_A_KEY = frozenset({401, 403})
WITH_BODY = {413: "PAYLOAD_TOO_LARGE: over 1 MiB.", 415: "UNSUPPORTED_MEDIA_TYPE: bodies are JSON."}
NEEDS = {ANY_SCOPE: "Any key may ask.", PUBLIC: "Needs no key."}
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
    """Requests and answers apart: a request names every field that it may carry and no other; an answer has every
    field that is not in its serializer's `not_always`."""

    def get_auth(self) -> list[dict[str, list[str]]]:
        super().get_auth()
        scope = self._scope()
        if scope == PUBLIC:
            return []
        return [{ApiKeyScheme.name: [] if scope == ANY_SCOPE else [scope]}]

    def _scope(self) -> str:
        view: Any = self.view
        return str(view.scopes[view.action])

    def _is_list_view(self, serializer: Any = None) -> bool:
        return False  # a list answers with a page, which is an object

    def get_description(self) -> str:  # type: ignore[override]
        view: Any = self.view
        told: str = getattr(view, view.action).told
        scope = self._scope()
        needed = NEEDS.get(scope, f"The key needs the scope `{scope}`.")
        return f"{told}\n\n{needed}".strip()

    def _postprocess_serializer_schema(
        self, schema: dict[str, Any], serializer: Any, direction: str
    ) -> dict[str, Any]:
        echoed = self._echoed(serializer, direction)
        schema = super()._postprocess_serializer_schema(schema, serializer, direction)  # type: ignore[no-untyped-call]
        if not isinstance(serializer, StrictSerializer):
            return schema
        if type(serializer).__doc__ is None:  # else it would be told in its parent's words
            schema.pop("description", None)
        if direction == "request":
            properties = {**schema.get("properties", {}), **echoed}
            choices = {"allOf": [*serializer.choices]} if serializer.choices else {}
            return {**schema, "properties": properties, "additionalProperties": False, **choices}
        required = sorted(set(schema.get("properties", {})) - serializer.not_always)
        return {**schema, "required": required} if required else schema

    def _get_request_for_media_type(
        self, serializer: Any, direction: str = "request"
    ) -> tuple[dict[str, Any] | None, bool]:
        """A body is needed too where no single field of it is, but one of some."""
        schema, needed = super()._get_request_for_media_type(serializer, direction)  # type: ignore[no-untyped-call]
        return schema, needed or bool(getattr(serializer, "choices", ()))

    def _echoed(self, serializer: Any, direction: str) -> dict[str, Any]:
        """What GET shows and nobody writes: a change may carry it along, so that what was read can be sent back."""
        if direction == "response" or self.method not in ("PUT", "PATCH") or not serializer.computed:
            return {}
        shown = self._map_basic_serializer(serializer, "request")["properties"]  # type: ignore[no-untyped-call]
        return {name: field for name, field in shown.items() if serializer.fields[name].read_only}


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
    needs_key: bool = False,
    conditional: bool = False,
    versioned: bool = False,
    public: bool = False,
) -> Operation:
    """One endpoint: what it takes, what it answers, and every error that it may give.

    `keyed`: takes an Idempotency-Key; `needs_key`: is refused without one; `conditional`: takes If-Match;
    `versioned`: answers with an ETag where nothing takes it back; `public`: needs no API key.
    """
    told = {**ALWAYS, **(WITH_BODY if body else {}), **(WITH_MATCH if conditional else {})}
    told = {status: text for status, text in told.items() if not (public and status in NEEDING_A_KEY)}
    for status, text in [*(WITH_KEY.items() if keyed or needs_key else ()), *(errors or {}).items()]:
        told[status] = f"{told[status]} {text}" if status in told else text
    responses: dict[int, Any] = dict(answers)
    responses |= {
        status: OpenApiResponse(ErrorSerializer, description=text) for status, text in sorted(told.items())
    }
    parameters: list[Any] = [
        *([query] if query else []),
        *([IDEMPOTENCY_KEY] if keyed else []),
        *([NEEDED_KEY] if needs_key else []),
        *([IF_MATCH] if conditional else []),
        *([ETAG] if versioned else []),
    ]
    extended = extend_schema(
        operation_id=operation_id,
        tags=[tag],
        summary=summary,
        parameters=parameters,
        request=body,
        responses=responses,
        examples=list(examples),
    )

    def tell(endpoint: Any) -> Any:
        """Not in drf-spectacular's own way, which would leave out the scope."""
        endpoint.told = description or f"{summary}."
        return extended(endpoint)

    return tell


def put_and_patch(
    noun: str,
    *,
    summary: str,
    description: str,
    answer: Serializer,
    body: Serializer | None = None,
    **others: Any,
) -> tuple[Operation, Operation]:
    """PUT and PATCH, which do the same: `replace…` with all the words, and `update…`, which leads to it.

    `body` is the `answer` unless said otherwise; `others` as of `operation`.
    """
    shared: dict[str, Any] = {"body": body or answer, "answers": {200: answer}, "keyed": True, **others}
    put = operation(f"replace{noun}", summary=summary, description=description, **shared)
    return put, operation(f"update{noun}", summary=f"{summary} (the same as PUT)", **shared)


IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The `ETag` that was read: refused with 412 where it is another by now.",
)
ETAG = OpenApiParameter("ETag", str, OpenApiParameter.HEADER, response=[200])


def _idempotency_key(*, required: bool) -> OpenApiParameter:
    told = (
        "1–255 printable ASCII characters. The same key with the same request gives the first answer again."
    )
    return OpenApiParameter(
        "Idempotency-Key", str, OpenApiParameter.HEADER, required=required, description=told
    )


IDEMPOTENCY_KEY, NEEDED_KEY = _idempotency_key(required=False), _idempotency_key(required=True)


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "bookingflow.api.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "bf_live_…"}
