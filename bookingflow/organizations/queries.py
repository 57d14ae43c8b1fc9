"""Reading organizations and API keys, and noting that a key was used."""

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypedDict
from uuid import UUID

from django.db import connection
from django.db.models import DateTimeField, Func, QuerySet

from bookingflow.lib.errors import NotFound
from bookingflow.lib.ids import read_uuid
from bookingflow.organizations.models import ApiKey, Organization

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

USE_NOTED_EVERY = timedelta(seconds=45)

_SLUG = re.compile(r"[a-z0-9-]{1,100}")


class ReadAt(TypedDict):
    read_at: datetime


def organization_by(identifier: str) -> Organization:
    """By id or slug. Raises NotFound."""
    organizations = Organization.objects.all()
    if key := read_uuid(identifier):
        found = organizations.filter(id=key).first()
    else:
        found = organizations.filter(slug=identifier).first() if _SLUG.fullmatch(identifier) else None
    if found is None:
        raise NotFound(f"There is no organization “{identifier}”.")
    return found


def api_keys_of(organization: Organization) -> QuerySet[ApiKey]:
    """Oldest first, those that ended included."""
    return organization.api_keys.order_by("created_at", "id")


def api_key_by(key_id: UUID) -> ApiKey:
    """Of whichever organization: for the operator's commands alone. Raises NotFound."""
    found = ApiKey.objects.select_related("organization").filter(id=key_id).first()
    if found is None:
        raise NotFound(f"There is no API key {key_id}.")
    return found


def find_key(public_part: str) -> "WithAnnotations[ApiKey, ReadAt] | None":
    """The key with its organization and `read_at`, the database's clock at the reading, in one indexed query.

    Nothing of it is kept between requests, so that a revocation or another plan counts from the next one on.
    """
    read_at = Func(function="clock_timestamp", output_field=DateTimeField())
    keys = ApiKey.objects.select_related("organization").annotate(read_at=read_at)
    return keys.filter(public_part=public_part).first()


def note_use(key: ApiKey, now: datetime) -> None:
    """Keeps `last_used_at` less than a minute stale; writes once in 45 seconds at most, and waits for nobody."""
    if key.last_used_at is not None and key.last_used_at > now - USE_NOTED_EVERY:
        return
    with connection.cursor() as cursor:
        cursor.execute(_NOTE_USE, {"id": key.id, "now": now, "before": now - USE_NOTED_EVERY})
    key.last_used_at = now


# Of many requests that find it stale at once, one writes and the others pass by its lock.
_NOTE_USE = """
    UPDATE organizations_apikey SET last_used_at = %(now)s
    WHERE id = (
        SELECT id FROM organizations_apikey
        WHERE id = %(id)s AND (last_used_at IS NULL OR last_used_at <= %(before)s)
        FOR NO KEY UPDATE SKIP LOCKED
    )
"""
