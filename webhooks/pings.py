"""A test of an endpoint: a `ping` sent at once, and what came back. It is in no log, and is never sent again."""

import asyncio
import threading
from datetime import datetime
from uuid import uuid4

from bookingflow.lib import clock, json
from bookingflow.lib.errors import ServiceUnavailable
from bookingflow.lib.http import Answer
from webhooks.models import Endpoint
from webhooks.outbox import API_VERSION
from webhooks.posting import guarded_client, post_signed
from webhooks.secrets import valid_secrets

PING = "ping"
# Of the threads that a web process has: receivers that hang must leave most of them to others.
AT_ONCE = 3

_places = threading.BoundedSemaphore(AT_ONCE)


def send_ping(endpoint: Endpoint) -> Answer:
    """Takes as long as the receiver does, up to WEBHOOK_TIMEOUT: to be called outside any transaction.

    Raises ServiceUnavailable while as many as may be are under way.
    """
    if not _places.acquire(blocking=False):
        raise ServiceUnavailable("Other endpoints are just being tested. Try again shortly.")
    try:
        return _sent(endpoint, at=clock.now())
    finally:
        _places.release()


def _sent(endpoint: Endpoint, *, at: datetime) -> Answer:
    message_id, secrets = f"evt_{uuid4().hex}", valid_secrets(endpoint, at=at)
    body = _body(endpoint, message_id, at)

    async def post() -> Answer:
        async with guarded_client() as client:
            return await post_signed(
                client, endpoint.url, message_id=message_id, at=at, body=body, secrets=secrets
            )

    return asyncio.run(post())


def _body(endpoint: Endpoint, message_id: str, at: datetime) -> str:
    envelope = {
        "id": message_id,
        "type": PING,
        "apiVersion": API_VERSION,
        "timestamp": at,
        "organization": endpoint.organization_id,
        "data": {"endpoint": {"id": endpoint.id, "url": endpoint.url}},
    }
    return json.dumps(envelope).decode()
