"""What becomes of the answers kept under idempotency keys: rewritten, a retry still gets one and changes nothing
again; after their day they are swept away."""

from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models.functions import Now

from bookingflow.api.idempotency import PURPOSE
from bookingflow.api.models import StoredAnswer
from bookingflow.lib import crypto, json
from bookingflow.lib.transactions import require_transaction


def answers_of(organization_id: UUID) -> list[int]:
    return list(
        StoredAnswer.objects.filter(organization_id=organization_id)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def sweep_answers(*, limit: int) -> int:
    """Deletes up to so many that have outlived their hours, the oldest first, and gives their number.

    By the clock that they were stored with, the database's. One that is being replaced, rewritten or swept by
    somebody else at this moment is passed by.
    """
    require_transaction()
    past = StoredAnswer.objects.filter(
        created_at__lte=Now() - timedelta(hours=settings.IDEMPOTENCY_KEPT_HOURS)
    )
    locked = past.order_by("created_at").select_for_update(skip_locked=True)
    return StoredAnswer.objects.filter(pk__in=list(locked.values_list("pk", flat=True)[:limit])).delete()[0]


def rewrite_answers(ids: Sequence[int], mentioning: Collection[str], rewrite: Callable[[Any], Any]) -> None:
    """The bodies that have one of these letters in them. One that no key decrypts is nobody's to read any more."""
    require_transaction()
    changed = []
    for stored in StoredAnswer.objects.filter(pk__in=ids).order_by("pk").select_for_update():
        if (answer := _rewritten(stored, mentioning, rewrite)) is not None:
            stored.answer = answer
            changed.append(stored)
    StoredAnswer.objects.bulk_update(changed, ["answer"])


def _rewritten(
    stored: StoredAnswer, mentioning: Collection[str], rewrite: Callable[[Any], Any]
) -> bytes | None:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    try:
        answer = json.loads(crypto.decrypt(bytes(stored.answer), purpose=PURPOSE, keys=keys))
    except crypto.DecryptionError:
        return None
    if not any(each in answer["body"] for each in mentioning):
        return None
    answer["body"] = json.dumps(rewrite(json.loads(answer["body"]))).decode()
    return crypto.encrypt(json.dumps(answer), purpose=PURPOSE, keys=keys)
