"""Switching off an endpoint that fails, and what becomes of what was on its way there."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from bookingflow.lib.transactions import require_transaction
from bookingflow.organizations.audit import SYSTEM, Act, record_acts
from webhooks.event_types import ENDPOINT_DISABLED
from webhooks.models import Delivery, DeliveryStatus, Endpoint
from webhooks.outbox import Draft, record

OPEN = (DeliveryStatus.PENDING, DeliveryStatus.FAILED)


def disable_failing_endpoint(*, endpoint: Endpoint, fault: str, at: datetime) -> None:
    """Locked by the caller. The house's own event about it has the owners told."""
    require_transaction()
    Endpoint.objects.filter(id=endpoint.id).update(active=False, updated_at=at)
    endpoint.active, endpoint.updated_at = False, at
    end_open_deliveries([endpoint.id], at=at)
    act = Act("endpoint.disabled", "endpoint", str(endpoint.id), {"active": [True, False], "reason": fault})
    record_acts([act], organization_id=endpoint.organization_id, actor=SYSTEM)
    draft = Draft(
        type=ENDPOINT_DISABLED,
        subject_type="endpoint",
        subject_id=str(endpoint.id),
        # Rises with each time, and needs no counter.
        sequence=int(at.timestamp()),
        data={"endpoint": {"id": endpoint.id, "url": endpoint.url}, "fault": fault},
    )
    record([draft], organization_id=endpoint.organization_id, at=at)


def end_open_deliveries(endpoint_ids: Collection[UUID], *, at: datetime) -> int:
    """What waits for an endpoint that is switched off ends as exhausted and stays in the log for resending.

    What a worker has under way is left to its outcome.
    """
    unleased = Q(leased_until=None) | Q(leased_until__lte=at)
    waiting = Delivery.objects.filter(unleased, endpoint_id__in=endpoint_ids, status__in=OPEN)
    return waiting.filter(next_attempt_at__isnull=False).update(
        status=DeliveryStatus.EXHAUSTED, next_attempt_at=None, lease=None, leased_until=None
    )
