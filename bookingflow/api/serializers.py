"""Bodies and query strings, read strictly: every name is declared here or in a subclass, as it stands on the wire."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

from bookingflow.lib.errors import Fault, InvalidRequest


def camel_case(name: str) -> str:
    return re.sub(r"_+([a-z0-9])", lambda found: found[1].upper(), name)


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses unknown fields, a field in both spellings, and fields that can't be written, all at once.

    Fields are declared in camelCase with their snake_case `source`; snake_case is understood too. `shown` is what
    GET shows now: with it (PUT, PATCH) a field that can't be written is passed over when it carries the present
    value, or always when it is in `computed`. `not_always` names what an answer may leave out; `choices` (JSON Schema)
    tells readers of the OpenAPI document which fields of a body need or exclude each other.
    """

    computed: ClassVar[frozenset[str]] = frozenset()
    not_always: ClassVar[frozenset[str]] = frozenset()
    choices: ClassVar[Sequence[Mapping[str, Any]]] = ()

    def __init__(self, *args: Any, shown: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        self.shown = shown
        super().__init__(*args, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            raise ValidationError(
                {"non_field_errors": [ErrorDetail("An object is needed here.", code="invalid")]}
            )
        known, faults = self._named(data)
        try:
            values = super().to_internal_value(known)
        except ValidationError as fault:
            faults = {**fault.detail, **faults}  # type: ignore[dict-item]
        if faults:
            raise ValidationError(faults)
        return values

    def _named(self, data: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, list[ErrorDetail]]]:
        known: dict[str, Any] = {}
        faults: dict[str, list[ErrorDetail]] = {}
        for sent, value in data.items():
            name = camel_case(sent)
            field = self.fields.get(name)
            if field is None:
                faults[sent] = [ErrorDetail("There is no such field.", code="unknown")]
            elif name in known:
                faults[name] = [ErrorDetail("Sent in both spellings.", code="duplicate")]
            elif field.read_only and not self._may_pass(name, value):
                faults[name] = [ErrorDetail("This field can't be written.", code="read_only")]
            else:
                known[name] = value
        return known, faults

    def _may_pass(self, name: str, value: Any) -> bool:
        if self.shown is None:
            return False
        return name in self.computed or value == self.shown.get(name)


def read_body(serializer: type[StrictSerializer], request: Request, **kwargs: Any) -> dict[str, Any]:
    """The body as snake_case keyword arguments; raises InvalidRequest naming every field at fault."""
    reader = serializer(data=request.data, **kwargs)
    reader.is_valid(raise_exception=True)
    return dict(reader.validated_data)


def read_query(serializer: type[StrictSerializer], request: Request) -> dict[str, Any]:
    """The query string likewise: an unknown, empty or repeated parameter is refused."""
    params = request.query_params
    repeated = [name for name in params if len(params.getlist(name)) > 1]
    if repeated:
        raise InvalidRequest.of(*(Fault(name, "Sent more than once.", "duplicate") for name in repeated))
    if nul := [name for name, value in params.items() if "\x00" in f"{name}{value}"]:
        raise InvalidRequest.of(
            *(Fault(name.replace("\x00", ""), "NUL characters are not allowed.") for name in nul)
        )
    reader = serializer(data=params.dict())
    reader.is_valid(raise_exception=True)
    return dict(reader.validated_data)


class NoQuery(StrictSerializer):
    """For calls that take no query parameters."""


# DELETE reads it too: `{"refund": "none"}` in its body would else pass for heard.
class NothingSerializer(StrictSerializer):
    """For calls that need no body: none, or an empty object."""


@cache  # so that the document knows one such page
def page_of(rows: type[StrictSerializer]) -> type[StrictSerializer]:
    """How a page of such rows is told in the OpenAPI document."""
    name = rows.__name__.removesuffix("Serializer")
    fields = {
        "results": rows(many=True),
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
    }
    return type(f"{name}PageSerializer", (StrictSerializer,), fields)
