"""How a customer's own fields are told in the OpenAPI document."""

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension


class OwnEmailFieldSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """The answer kept under an idempotency key outlives who was erased since, without their email."""

    target_class = "customers.serializers.OwnEmailField"

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        if direction == "request":
            return {"type": "string", "format": "email"}
        told = "Null where the customer was erased since, in the first answer given again."
        return {"type": ["string", "null"], "format": "email", "description": told}
