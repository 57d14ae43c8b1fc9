"""Who acts, and the audit row that every change leaves in its own transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import connection

from bookingflow.lib.copying import copy_in
from bookingflow.organizations.models import AuditEntry


class ActorKind(StrEnum):
    STAFF = "staff"
    API_KEY = "api_key"
    CUSTOMER = "customer"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """`label` is what the audit shows of them: a staff's name or a key's name, never a customer's."""

    kind: ActorKind
    id: str = ""
    label: str = ""


SYSTEM = Actor(ActorKind.SYSTEM)


@dataclass(frozen=True, slots=True)
class Act:
    """One thing done to one subject. `changes` names fields, from what to what, without personal data."""

    action: str
    subject_type: str
    subject_id: str
    changes: Mapping[str, Any] = field(default_factory=dict)


def record_acts(acts: Sequence[Act], *, organization_id: UUID, actor: Actor) -> None:
    """Write the audit rows, in one statement. Refuses to run outside a transaction."""
    AuditEntry.objects.bulk_create(_entries(acts, organization_id, actor))


def copy_acts(acts: Sequence[Act], *, organization_id: UUID, actor: Actor) -> None:
    """The same for very many."""
    copy_in(_entries(acts, organization_id, actor))


def _entries(acts: Sequence[Act], organization_id: UUID, actor: Actor) -> list[AuditEntry]:
    if not connection.in_atomic_block:
        raise RuntimeError("an audit row belongs into the transaction of its change")
    return [
        AuditEntry(
            organization_id=organization_id,
            actor_kind=actor.kind,
            actor_id=actor.id,
            actor_label=actor.label,
            action=act.action,
            subject_type=act.subject_type,
            subject_id=act.subject_id,
            changes=dict(act.changes),
        )
        for act in acts
    ]
