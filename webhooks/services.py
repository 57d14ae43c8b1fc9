"""Making and changing endpoints. Each needs the caller's open transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings

from bookingflow.lib import clock
from bookingflow.lib.errors import Fault, InvalidRequest
from bookingflow.lib.targets import ForbiddenTarget, UnresolvedHost, check_form, check_url
from bookingflow.lib.transactions import require_transaction
from bookingflow.organizations.audit import Act, Actor, record_acts
from bookingflow.organizations.models import Organization
from webhooks import secrets
from webhooks.endpoint_health import end_open_deliveries
from webhooks.event_types import SUBSCRIBABLE
from webhooks.models import Endpoint
from webhooks.queries import find_endpoint
from webhooks.signing import new_secret

LONGEST_URL = 2_000
LONGEST_DESCRIPTION = 200
OLD_SECRET_SIGNS_ALONG = timedelta(hours=24)
# Each adds a signature to a header, and receivers bound these.
MOST_OLD_SECRETS = 4
LOOKUP_SECONDS = 2.0


def refuse_forbidden_target(url: str) -> None:
    """By what its name leads to. May take LOOKUP_SECONDS: to be called before the transaction. Raises InvalidRequest.

    A name that can't be looked up just now is no fault: what it leads to is checked at each delivery.
    """
    try:
        check_url(url, allow_private=settings.WEBHOOK_ALLOW_PRIVATE_TARGETS, lookup_seconds=LOOKUP_SECONDS)
    except UnresolvedHost:
        return
    except ForbiddenTarget as forbidden:
        raise InvalidRequest.of(Fault("url", forbidden.message)) from None


def create_endpoint(
    *, organization: Organization, actor: Actor, url: str, events: Sequence[str], description: str = ""
) -> tuple[Endpoint, str]:
    """The endpoint, and its secret, which can't be shown again. Raises InvalidRequest naming every fault.

    What the URL's name leads to is looked at before (`refuse_forbidden_target`).
    """
    require_transaction()
    _refuse(url=url, events=events, description=description)
    now, secret = clock.now(), new_secret()
    endpoint = Endpoint(
        organization=organization,
        url=url,
        events=_each_once(events),
        description=description,
        secret=secrets.seal(secret),
        created_at=now,
        updated_at=now,
    )
    endpoint.save(force_insert=True)
    _audit(endpoint, actor, "created", {"url": [None, url], "events": [None, endpoint.events]})
    return endpoint, secret


def update_endpoint(
    *,
    organization: Organization,
    actor: Actor,
    endpoint_id: UUID,
    url: str | None = None,
    events: Sequence[str] | None = None,
    description: str | None = None,
    active: bool | None = None,
) -> Endpoint:
    """What is None stays. A new address, or being enabled, is a new beginning: past failures no longer count.

    What a new address's name leads to is looked at before (`refuse_forbidden_target`). Raises InvalidRequest naming
    every fault, NotFound.
    """
    require_transaction()
    present = find_endpoint(organization, endpoint_id).url
    _refuse(url=None if url == present else url, events=events, description=description)
    endpoint = find_endpoint(organization, endpoint_id, lock=True)
    subscriptions = None if events is None else _each_once(events)
    wanted = {"url": url, "events": subscriptions, "description": description, "active": active}
    changes = _changes(endpoint, wanted)
    if changes:
        _apply(endpoint, changes, at=clock.now())
        _audit(endpoint, actor, "updated", changes)
    return endpoint


def delete_endpoint(*, organization: Organization, actor: Actor, endpoint_id: UUID) -> None:
    """Its delivery log goes with it. Raises NotFound."""
    require_transaction()
    endpoint = find_endpoint(organization, endpoint_id, lock=True)
    _audit(endpoint, actor, "deleted", {"url": [endpoint.url, None]})
    endpoint.delete()


def rotate_secret(*, organization: Organization, actor: Actor, endpoint_id: UUID) -> tuple[Endpoint, str]:
    """The endpoint and its new secret; each old one signs along for 24 hours. Raises NotFound."""
    require_transaction()
    endpoint = find_endpoint(organization, endpoint_id, lock=True)
    now, secret = clock.now(), new_secret()
    former = [(endpoint.secret, now + OLD_SECRET_SIGNS_ALONG), *secrets.former_ones(endpoint, at=now)]
    endpoint.former_secrets = [sealed for sealed, _ in former[:MOST_OLD_SECRETS]]
    endpoint.former_until = [until for _, until in former[:MOST_OLD_SECRETS]]
    endpoint.secret, endpoint.updated_at = secrets.seal(secret), now
    endpoint.save(update_fields=["secret", "former_secrets", "former_until", "updated_at"])
    _audit(endpoint, actor, "secret_rotated", {})
    return endpoint, secret


def _changes(endpoint: Endpoint, wanted: Mapping[str, Any]) -> dict[str, list[Any]]:
    present = {name: getattr(endpoint, name) for name in wanted}
    return {
        name: [present[name], value]
        for name, value in wanted.items()
        if value is not None and value != present[name]
    }


def _apply(endpoint: Endpoint, changes: Mapping[str, list[Any]], *, at: datetime) -> None:
    for name, (_, value) in changes.items():
        setattr(endpoint, name, value)
    if "url" in changes or "active" in changes:
        endpoint.failing_since = None
    endpoint.updated_at = at
    endpoint.save(update_fields=[*changes, "failing_since", "updated_at"])
    if not endpoint.active:
        end_open_deliveries([endpoint.id], at=at)


def _audit(endpoint: Endpoint, actor: Actor, done: str, changes: Mapping[str, Any]) -> None:
    act = Act(f"endpoint.{done}", "endpoint", str(endpoint.id), changes)
    record_acts([act], organization_id=endpoint.organization_id, actor=actor)


def _refuse(*, url: str | None, events: Sequence[str] | None, description: str | None) -> None:
    faults = [
        *(url_form_faults(url) if url is not None else ()),
        *(events_faults(events) if events is not None else ()),
        *(_description_faults(description) if description is not None else ()),
    ]
    if faults:
        raise InvalidRequest.of(*faults)


def _each_once(events: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(events))


def url_form_faults(url: str) -> list[Fault]:
    """Without a look-up."""
    if len(url) > LONGEST_URL:
        return [Fault("url", f"It may have {LONGEST_URL} characters at most.", "max_length")]
    try:
        check_form(url, allow_private=settings.WEBHOOK_ALLOW_PRIVATE_TARGETS)
    except ForbiddenTarget as forbidden:
        return [Fault("url", forbidden.message)]
    return []


def events_faults(events: Sequence[str]) -> list[Fault]:
    if not events:
        return [Fault("events", "Name at least one event type, or “*” for every one.", "required")]
    unknown = [name for name in _each_once(events) if name not in SUBSCRIBABLE]
    return [Fault("events", f"There is no event type “{name}”.") for name in unknown]


def _description_faults(description: str) -> list[Fault]:
    if len(description) > LONGEST_DESCRIPTION:
        return [Fault("description", f"It may have {LONGEST_DESCRIPTION} characters at most.", "max_length")]
    return []
