"""Signatures by Standard Webhooks 1.0.0: HMAC-SHA256 over `{id}.{timestamp}.{body}`."""

import base64
import secrets as entropy
from collections.abc import Sequence
from datetime import UTC, datetime

from standardwebhooks import Webhook

# The standard asks for 24 to 64.
_SECRET_BYTES = 32


def new_secret() -> str:
    """`whsec_` and base64."""
    return "whsec_" + base64.b64encode(entropy.token_bytes(_SECRET_BYTES)).decode("ascii")


def signature_headers(
    *, message_id: str, at: datetime, body: bytes, secrets: Sequence[str]
) -> dict[str, str]:
    """One signature per secret, so that a receiver with the old or the new one verifies while they rotate.

    `at` has a zone and is the attempt's instant, not the event's: receivers refuse old timestamps. `body` is
    UTF-8 text, the very bytes that are sent. Raises ValueError without a secret or zone.
    """
    if not secrets:
        raise ValueError("A message needs a secret to be signed with.")
    if at.tzinfo is None:
        raise ValueError("The instant of signing needs a time zone.")
    # Webhook.sign() reads any datetime as UTC, whatever its zone.
    instant, text = at.astimezone(UTC), body.decode("utf-8")
    signatures = (Webhook(secret).sign(message_id, instant, text) for secret in secrets)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(instant.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
