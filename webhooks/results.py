"""Records what attempts came to, only where the sender's lease is still its own."""

import logging
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from bookingflow.api import unit_of_work
from bookingflow.lib import json
from bookingflow.lib.http import Answer
from webhooks.claims import Parcel
from webhooks.endpoint_health import disable_failing_endpoint
from webhooks.models import Endpoint
from webhooks.outcomes import Health, attempt_document, health_after, is_gone, outcome_of

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Result:
    parcel: Parcel
    answer: Answer
    delivered: bool

    @property
    def ended_at(self) -> datetime:
        return self.parcel.claimed_at + timedelta(milliseconds=self.answer.duration_ms)


def record_results(results: Sequence[Result]) -> None:
    """All that have come so far, in one short transaction: endpoints are locked first, in the order of their ids."""
    unit_of_work.run(lambda: _record(sorted(results, key=lambda result: result.ended_at)))


def _record(results: Sequence[Result]) -> None:
    endpoints = _locked_endpoints(results)
    recorded = _write(results, endpoints)
    for lost in (result for result in results if result.parcel.delivery_id not in recorded):
        logger.warning("Delivery %s was taken over by another worker, or is gone.", lost.parcel.delivery_id)
    _settle_health(results, endpoints)


def _locked_endpoints(results: Sequence[Result]) -> Mapping[UUID, Endpoint]:
    ids = {result.parcel.endpoint_id for result in results if result.parcel.endpoint_id}
    if not ids:
        return {}
    locked = Endpoint.objects.filter(id__in=ids).order_by("id").select_for_update(no_key=True)
    return {endpoint.id: endpoint for endpoint in locked}


def _write(results: Sequence[Result], endpoints: Mapping[UUID, Endpoint]) -> set[UUID]:
    columns = zip(*(_row(result, endpoints) for result in results), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, [list(column) for column in columns])
        return {row[0] for row in cursor.fetchall()}


_RECORD = """
UPDATE webhooks_delivery AS delivery
SET status = done.status, attempts = delivery.attempts || done.attempt::jsonb,
    next_attempt_at = done.next_attempt_at, lease = NULL, leased_until = NULL
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::timestamptz[])
    AS done (id, lease, status, attempt, next_attempt_at)
WHERE delivery.id = done.id AND delivery.lease = done.lease
RETURNING delivery.id
"""


def _row(result: Result, endpoints: Mapping[UUID, Endpoint]) -> tuple[Any, ...]:
    parcel = result.parcel
    endpoint = endpoints.get(parcel.endpoint_id) if parcel.endpoint_id else None
    outcome = outcome_of(
        delivered=result.delivered,
        answer=result.answer,
        attempts_made=parcel.attempts_made + 1,
        ended_at=result.ended_at,
        schedule=settings.WEBHOOK_RETRY_SCHEDULE,
        jitter=random.uniform(-1, 1),  # noqa: S311
        still_wanted=bool(parcel.consumer) or _still_wanted(result, endpoint),
    )
    attempt = json.dumps(attempt_document(result.answer, at=parcel.claimed_at)).decode()
    return parcel.delivery_id, parcel.lease, outcome.status.value, attempt, outcome.next_attempt_at


def _still_wanted(result: Result, endpoint: Endpoint | None) -> bool:
    if endpoint is None or not endpoint.active:
        return False
    return not (is_gone(result.answer) and _tells_of(result, endpoint))


def _tells_of(result: Result, endpoint: Endpoint) -> bool:
    """What a former address answered, for it had the request still, says nothing of the present one."""
    return result.parcel.endpoint_id == endpoint.id and result.parcel.url == endpoint.url


def _settle_health(results: Sequence[Result], endpoints: Mapping[UUID, Endpoint]) -> None:
    changed, faulty = [], []
    for endpoint in endpoints.values():
        own = [result for result in results if _tells_of(result, endpoint)]
        health = _health_after_all(endpoint.failing_since, own)
        if health.failing_since != endpoint.failing_since:
            endpoint.failing_since = health.failing_since
            changed.append(endpoint)
        if health.fault and endpoint.active:
            faulty.append((endpoint, health.fault, own[-1].ended_at))
    if changed:
        Endpoint.objects.bulk_update(changed, ["failing_since"])
    for endpoint, fault, at in faulty:
        disable_failing_endpoint(endpoint=endpoint, fault=fault, at=at)


def _health_after_all(failing_since: datetime | None, results: Sequence[Result]) -> Health:
    health = Health(failing_since)
    for result in results:
        health = health_after(
            health.failing_since,
            delivered=result.delivered,
            answer=result.answer,
            ended_at=result.ended_at,
        )
    return health
