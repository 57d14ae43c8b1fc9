"""What the API shows of endpoints, events and deliveries."""

from typing import Any

from bookingflow.lib.http import Answer
from bookingflow.lib.json import instant
from webhooks.models import Delivery, Endpoint, Event
from webhooks.outcomes import is_success


def endpoint_document(endpoint: Endpoint, *, secret: str | None = None) -> dict[str, Any]:
    """With `secret` only in the answer that made it."""
    document = {
        "id": str(endpoint.id),
        "url": endpoint.url,
        "events": endpoint.events,
        "description": endpoint.description,
        "active": endpoint.active,
        "failingSince": endpoint.failing_since and instant(endpoint.failing_since),
        "createdAt": instant(endpoint.created_at),
        "updatedAt": instant(endpoint.updated_at),
    }
    return document if secret is None else document | {"secret": secret}


def event_brief(event: Event) -> dict[str, Any]:
    return {"id": event.public_id, "type": event.type}


def delivery_document(delivery: Delivery) -> dict[str, Any]:
    """Reads `delivery.event`: load it along."""
    return {
        "id": str(delivery.id),
        "event": event_brief(delivery.event),
        "status": delivery.status,
        "attempts": delivery.attempts,
        "nextAttemptAt": delivery.next_attempt_at and instant(delivery.next_attempt_at),
        "createdAt": instant(delivery.created_at),
    }


def ping_document(answer: Answer) -> dict[str, Any]:
    return {
        "delivered": is_success(answer),
        "status": answer.status,
        "durationMs": answer.duration_ms,
        "error": answer.error,
        "response": answer.body,
    }
