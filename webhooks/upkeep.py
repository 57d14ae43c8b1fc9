"""Puts right, once a minute, what killed workers and clocks that were set back leave behind."""

from datetime import datetime, timedelta

from webhooks.claims import CONSUMER_LEASE_SECONDS
from webhooks.endpoint_health import end_open_deliveries
from webhooks.models import Delivery, DeliveryStatus

# Longer than any lease lasts, and than first attempts ever lie ahead.
TOO_FAR_AHEAD = timedelta(seconds=2 * CONSUMER_LEASE_SECONDS)


def put_right(*, now: datetime) -> None:
    end_deliveries_of_inactive(now=now)
    pull_back(now=now)


def end_deliveries_of_inactive(*, now: datetime) -> int:
    """For those that were placed, or left by a killed worker, while their endpoint was being switched off."""
    waiting = Delivery.objects.filter(endpoint__active=False, next_attempt_at__isnull=False)
    return end_open_deliveries(set(waiting.values_list("endpoint_id", flat=True)), at=now)


def pull_back(*, now: datetime) -> None:
    """A first attempt is due at once and a lease is short: one that lies far ahead was given by another clock."""
    far = now + TOO_FAR_AHEAD
    Delivery.objects.filter(status=DeliveryStatus.PENDING, next_attempt_at__gt=far).update(
        next_attempt_at=now
    )
    ahead = Delivery.objects.filter(next_attempt_at__isnull=False, leased_until__gt=far)
    ahead.update(lease=None, leased_until=None)
