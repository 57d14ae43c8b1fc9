import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta, timezone

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from webhooks.signing import new_secret, signature_headers

BODY = '{"id":"evt_1","data":{"name":"Zoë 陶"}}'.encode()


def now():
    return datetime.now(UTC)


def signed(*secrets, at=None, body=BODY):
    return signature_headers(message_id="evt_1", at=at or now(), body=body, secrets=secrets)


def test_a_secret_is_prefixed_base64_of_24_to_64_random_bytes():
    secret = new_secret()
    assert secret.startswith("whsec_")
    assert 24 <= len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) <= 64
    assert secret != new_secret()


def test_the_reference_library_verifies():
    secret = new_secret()
    assert Webhook(secret).verify(BODY, signed(secret))["data"]["name"] == "Zoë 陶"


def test_the_signature_is_that_of_the_standard():
    key, at = b"k" * 32, datetime(2026, 12, 1, 12, 0, 0, 999_999, tzinfo=UTC)
    mac = hmac.new(key, b"evt_1.%d." % int(at.timestamp()) + BODY, hashlib.sha256).digest()
    headers = signed("whsec_" + base64.b64encode(key).decode(), at=at)
    assert headers == {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": "v1," + base64.b64encode(mac).decode(),
    }


def test_old_and_new_secret_both_verify_while_they_rotate():
    old, new = new_secret(), new_secret()
    headers = signed(new, old)
    assert len(headers["webhook-signature"].split(" ")) == 2
    assert Webhook(old).verify(BODY, headers)
    assert Webhook(new).verify(BODY, headers)


@pytest.mark.parametrize("hours", [-11, 0, 9])
def test_the_zone_of_the_instant_makes_no_difference(hours):
    secret, at = new_secret(), now()
    assert signed(secret, at=at.astimezone(timezone(timedelta(hours=hours)))) == signed(secret, at=at)
    assert Webhook(secret).verify(BODY, signed(secret, at=at))


def test_another_secret_body_or_id_does_not_verify():
    secret = new_secret()
    headers = signed(secret)
    for webhook, body, changed in (
        (Webhook(new_secret()), BODY, {}),
        (Webhook(secret), BODY + b" ", {}),
        (Webhook(secret), BODY, {"webhook-id": "evt_2"}),
    ):
        with pytest.raises(WebhookVerificationError):
            webhook.verify(body, headers | changed)


def test_an_old_signature_is_refused_by_receivers():
    secret = new_secret()
    with pytest.raises(WebhookVerificationError, match="too old"):
        Webhook(secret).verify(BODY, signed(secret, at=now() - timedelta(minutes=6)))


def test_signing_needs_a_secret_and_a_zone():
    with pytest.raises(ValueError, match="secret"):
        signed()
    with pytest.raises(ValueError, match="time zone"):
        signed(new_secret(), at=datetime(2026, 12, 1, 12))
