"""Erasing a person from what was recorded: the one exception to "what was recorded is what is sent"."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from bookingflow.lib import json
from bookingflow.lib.transactions import require_transaction
from webhooks.models import Delivery, Event

Rewrite = Callable[[Any], Any]


def events_mentioning(organization_id: UUID, text: str) -> list[UUID]:
    """All whose body has these letters in it, aliases too. Reads through the organization's log."""
    found = Event.objects.filter(organization_id=organization_id, body__contains=text)
    return list(found.order_by("pk").values_list("pk", flat=True))


def redact_events(ids: Sequence[UUID], rewrite: Rewrite) -> None:
    """Their bodies where they stand; and what receivers answered to them, which may echo these."""
    require_transaction()
    changed = []
    for event in Event.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True):
        body = json.dumps(rewrite(json.loads(event.body))).decode()
        if body != event.body:
            event.body = body
            changed.append(event)
    Event.objects.bulk_update(changed, ["body"])
    with connection.cursor() as cursor:
        cursor.execute(_FORGET_ANSWERS, [list(ids)])


def on_their_way(ids: Sequence[UUID], *, now: datetime) -> bool:
    """Whether somebody is sending one of them, maybe as it was before."""
    return Delivery.objects.filter(event__in=ids, leased_until__gt=now).exists()


_FORGET_ANSWERS = """
UPDATE webhooks_delivery SET attempts = (
    SELECT jsonb_agg(CASE WHEN attempt ->> 'response' <> '' THEN attempt || '{"response": ""}' ELSE attempt END
        ORDER BY number)
    FROM jsonb_array_elements(attempts) WITH ORDINALITY AS made (attempt, number)
)
WHERE event_id = ANY(%s) AND jsonb_path_exists(attempts, '$[*] ? (@.response != "" && @.response != null)')
"""
