"""What the OpenAPI document says beside its operations."""

from typing import Any, Final

from bookingflow.api.errors import FRAMEWORK_CODES, STATUS_OF

DESCRIPTION: Final = """\
Bookings, rooms, schedules and customers of one organization: the one that the key belongs to.

Send the key as `Authorization: Bearer bf_live_…`. Bodies are JSON with camelCase names; instants are RFC 3339 with an
offset; amounts are integers in the currency's minor units. Every error is `{"error": {"code", "message",
"requestId"}}`: build on `code`. Send an `Idempotency-Key` with whatever changes something, and a retry is safe.
`/v1/…` answers the same as `/api/v1/…`."""

TAGS: Final = {
    "Account": "The key's own organization, plan, scopes and limits.",
    "Bookings": "Make, find, move and cancel bookings.",
    "Payments": "Money taken elsewhere, refunds, and what a cancellation would give back.",
    "Rooms": "What can be booked: times, prices and rules.",
    "Schedules": "When it can be booked: free slots, opening hours, blocks.",
    "Customers": "The people who book, with their history.",
    "Catalog": "What anybody may see of an organization, without a key.",
    "Booking API": "For your own booking flow: free times, and what is booked of them.",
    "Webhooks": "Where to send what happens.",
    "Events": "What has happened.",
}

CODES: Final = {
    **{fault.code: status for fault, status in STATUS_OF.items()},
    **{code: fault.status_code for fault, code in FRAMEWORK_CODES.items()},
    "PAYLOAD_TOO_LARGE": 413,
    "INTERNAL_ERROR": 500,
}
MESSAGES: Final = {
    **{fault.code: fault.default_message for fault in STATUS_OF},
    "FORBIDDEN": "This key lacks the scope bookings:write.",
    "BOOKING_STATE_CONFLICT": "A cancelled booking can't be moved.",
    "ALREADY_EXISTS": "The slug “the-vault” is taken.",
    "METHOD_NOT_ALLOWED": 'Method "PATCH" not allowed.',
    "NOT_ACCEPTABLE": "Could not satisfy the request Accept header.",
    "PAYLOAD_TOO_LARGE": "The body is larger than 1 MiB.",
    "UNSUPPORTED_MEDIA_TYPE": 'Unsupported media type "text/plain" in request.',
    "INTERNAL_ERROR": "Something went wrong on our side.",
}
DETAILS: Final = {
    "INVALID_REQUEST": [
        {"field": "guests", "code": "min_value", "message": "Ensure this value is at least 1."}
    ],
    "FORBIDDEN": [{"scope": "bookings:write"}],
    "BLOCK_CONFLICT": [
        {
            "bookingId": "6f1c6a52-4f0e-4d5c-9d0a-3c1d2e4b5a60",
            "reference": "BF-7K3Q9D",
            "start": "2026-12-05T18:00:00Z",
            "end": "2026-12-05T19:00:00Z",
        }
    ],
    "SLOT_UNAVAILABLE": [{"code": "OFF_GRID", "message": "Not one of the room's starting times"}],
}


def _header(description: str, example: str, **schema: Any) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string", **schema}, "example": example}


HEADERS: Final = {
    "X-Request-Id": _header(
        "The request's own id, or a new one: also in the logs and in every error.", "pos-7.1"
    ),
    "RateLimit-Policy": _header(
        "The tighter of the two limits: of the key or of the address, `q` calls in `w` seconds.",
        '"key";q=600;w=60',
    ),
    "RateLimit": _header("Where you stand with it: `r` calls left, more in `t` seconds.", '"key";r=598;t=42'),
    "Location": _header("The path of what was made.", "/api/v1/rooms/2"),
    "ETag": _header("The version of what is shown, for `If-Match`.", '"2-64f1c2a8b3d40"'),
    "Retry-After": _header("Seconds to wait before the next try.", "2"),
    "WWW-Authenticate": _header("How to authenticate.", "Bearer"),
    "Idempotent-Replayed": _header(
        "There where this is the first answer again, under the same key.", "true", enum=["true"]
    ),
    "Allow": _header("The methods that there are.", "GET, POST"),
    "Cache-Control": _header("How long it may be kept.", "public, max-age=60, stale-while-revalidate=300"),
    "Access-Control-Allow-Origin": _header("Any origin may read it.", "*"),
    "Access-Control-Expose-Headers": _header(
        "What a page may read of the headers.", "ETag, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id"
    ),
    "Access-Control-Allow-Methods": _header("What a page may ask.", "GET, HEAD, OPTIONS"),
    "Access-Control-Allow-Headers": _header("What a page may send along.", "Accept, If-None-Match"),
    "Access-Control-Max-Age": _header("Seconds that this holds.", "86400"),
}

ON_EVERY_ANSWER: Final = ("X-Request-Id", "RateLimit-Policy", "RateLimit")

IDENTIFIERS: Final = {
    "/api/bookings/": ("The booking's id.", "6f1c6a52-4f0e-4d5c-9d0a-3c1d2e4b5a60"),
    "/api/v1/bookings/": ("The booking's id or its reference.", "BF-7K3Q9D"),
    "/api/v1/rooms/": ("The room's integer id, its `bt-` id or its slug.", "the-vault"),
    "/api/v1/schedules/blocks/": ("The block's id.", "0b9f7c1e-58a4-4a0c-8d57-1f0f6f5b8a11"),
    "/api/v1/schedules/": ("The schedule's id or its handle.", "north-pier"),
    "/api/v1/customers/": ("The customer's id.", "c2b7e8a0-1d34-4b6f-9a55-7e6d5c4b3a29"),
    "/api/v1/webhooks/": ("The endpoint's id.", "3d5c1f0a-92e7-4c0b-8a64-5b7e9d1f2c33"),
    "/api/v1/webhooks/{identifier}/deliveries/": (
        "The delivery's id.",
        "8e1b6f24-7a90-4c3d-b1e5-2f6d9c0a4b71",
    ),
    "/api/v1/events/": ("The event's id.", "evt_5f0c9b7a3d2e4816a1c4e7d90b2f6835"),
}
PARAMETERS: Final = {
    "startDate": "2026-12-05",
    "endDate": "2026-12-11",
    "room": "the-vault",
    "start": "2026-12-05T18:00:00Z",
    "orgId": "north-pier",
    "username": "clara-finch",
    "slug": "trial-lesson",
    "Idempotency-Key": "order-1042",
}

PREFLIGHT: Final[dict[str, Any]] = {
    "operationId": "preflightCatalog",
    "tags": ["Catalog"],
    "summary": "Ask whether a page may read the catalog",
    "description": "A browser's own question, before a page of another origin reads the catalog. Needs no key.",
    "responses": {
        "204": {
            "description": "It may.",
            "headers": {
                name: {"$ref": f"#/components/headers/{name}"}
                for name in (
                    *ON_EVERY_ANSWER,
                    "Access-Control-Allow-Origin",
                    "Access-Control-Expose-Headers",
                    "Access-Control-Allow-Methods",
                    "Access-Control-Allow-Headers",
                    "Access-Control-Max-Age",
                )
            },
        }
    },
}
