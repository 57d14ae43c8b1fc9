"""A signed request to an endpoint, as each attempt and each test makes it."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings

from bookingflow.lib.http import Answer, GuardedClient, Timeouts
from webhooks.signing import signature_headers

CONNECT_SECONDS = 5.0
USER_AGENT = "BookingFlow-Webhooks/1"


def guarded_client() -> GuardedClient:
    timeout = settings.WEBHOOK_TIMEOUT
    limits = Timeouts(connect=min(CONNECT_SECONDS, timeout), read=timeout, total=timeout)
    return GuardedClient(allow_private=settings.WEBHOOK_ALLOW_PRIVATE_TARGETS, timeouts=limits)


async def post_signed(
    client: GuardedClient, url: str, *, message_id: str, at: datetime, body: str, secrets: Sequence[str]
) -> Answer:
    """Raises ValueError where a secret can't sign."""
    content = body.encode()
    signature = signature_headers(message_id=message_id, at=at, body=content, secrets=secrets)
    headers = {"content-type": "application/json", "user-agent": USER_AGENT, **signature}
    return await client.post(url, headers=headers, content=content)
