"""Puts right, once a minute, what killed workers and clocks that were set back leave behind."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from webhooks.claims import CONSUMER_LEASE_SECONDS
from webhooks.endpoint_health import end_open_deliveries
from webhooks.models import Delivery, DeliveryStatus
from webhooks.retry import longest_wait

# Longer than a consumer's lease lasts; to an endpoint's, the time that an attempt may take comes on top.
TOO_FAR_AHEAD = timedelta(seconds=2 * CONSUMER_LEASE_SECONDS)


def put_right(*, now: datetime) -> None:
    end_deliveries_of_inactive(now=now)
    pull_back(now=now)


def end_deliveries_of_inactive(*, now: datetime) -> int:
    """For those that were placed, or left by a killed worker, while their endpoint was being switched off."""
    waiting = Delivery.objects.filter(endpoint__active=False, next_attempt_at__isnull=False)
    return end_open_deliveries(set(waiting.values_list("endpoint_id", flat=True)), at=now)


def pull_back(*, now: datetime) -> None:
    """What lies further ahead than an attempt is ever put off, or than a lease lasts, was given by another clock."""
    first, *later = settings.WEBHOOK_RETRY_SCHEDULE
    far = now + timedelta(seconds=settings.WEBHOOK_TIMEOUT) + TOO_FAR_AHEAD
    _make_due(DeliveryStatus.PENDING, now=now, beyond=timedelta(seconds=first))
    _make_due(DeliveryStatus.FAILED, now=now, beyond=longest_wait(later))
    ahead = Delivery.objects.filter(next_attempt_at__isnull=False, leased_until__gt=far)
    ahead.update(lease=None, leased_until=None)


def _make_due(status: DeliveryStatus, *, now: datetime, beyond: timedelta) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_MAKE_DUE, {"status": status, "now": now, "far": now + beyond + TOO_FAR_AHEAD})


# In the order that they had.
_MAKE_DUE = """
UPDATE webhooks_delivery AS delivery SET next_attempt_at = %(now)s + place * interval '1 microsecond'
FROM (
    SELECT id, row_number() OVER (ORDER BY next_attempt_at) AS place FROM webhooks_delivery
    WHERE status = %(status)s AND next_attempt_at > %(far)s
) AS ahead
WHERE delivery.id = ahead.id AND delivery.next_attempt_at > %(far)s
"""
