"""How a booking's own fields are told in the OpenAPI document."""

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension

from rooms.schedule_serializers import RoomBriefSerializer


class RoomOfBookingFieldSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """Shown as an object; named by an id or by that object."""

    target_class = "bookings.api.serializers.RoomOfBookingField"
    priority = 1  # before that of the field which it extends

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        shown: dict[str, Any] = auto_schema.resolve_serializer(RoomBriefSerializer, direction).ref
        if direction == "response":
            return shown
        named = [{"type": "integer"}, {"type": "string", "minLength": 1, "maxLength": 100}]
        return {"anyOf": [*named, shown]}
