"""Whose rows a signed-in person may see, and whose they may change: by membership, not by Django's permissions."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from bookingflow.organizations.audit import Actor, ActorKind
from bookingflow.organizations.models import Membership, Organization, Role, User

EDITORS = frozenset({Role.OWNER, Role.MANAGER})

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Reach:
    """`roles` by organization; `everything` for a superuser, who needs no membership."""

    roles: Mapping[UUID, str]
    everything: bool = False

    def somewhere(self) -> bool:
        return self.everything or bool(self.roles)

    def edits_somewhere(self) -> bool:
        return self.everything or not EDITORS.isdisjoint(self.roles.values())

    def in_several(self) -> bool:
        return self.everything or len(self.roles) > 1

    def sees(self, organization_id: UUID) -> bool:
        return self.everything or organization_id in self.roles

    def edits(self, organization_id: UUID) -> bool:
        return self.everything or self.roles.get(organization_id) in EDITORS

    def owns_somewhere(self) -> bool:
        return self.everything or Role.OWNER in self.roles.values()

    def owns(self, organization_id: UUID) -> bool:
        return self.everything or self.roles.get(organization_id) == Role.OWNER

    def seen(self, rows: QuerySet[M], path: str) -> QuerySet[M]:
        """Of these rows those that may be seen; `path` leads from a row to its organization."""
        return rows if self.everything else rows.filter(**{f"{path}__in": list(self.roles)})

    def edited_organizations(self) -> QuerySet[Organization]:
        return self._where(EDITORS)

    def owned_organizations(self) -> QuerySet[Organization]:
        return self._where({Role.OWNER})

    def _where(self, roles: Collection[str]) -> QuerySet[Organization]:
        if self.everything:
            return Organization.objects.all()
        those = [organization for organization, role in self.roles.items() if role in roles]
        return Organization.objects.filter(pk__in=those)


def reach_of(request: HttpRequest) -> Reach:
    """Read once in a request."""
    kept: Reach | None = getattr(request, "staff_reach", None)
    if kept is None:
        kept = _read(request.user)
        request.staff_reach = kept  # type: ignore[attr-defined]
    return kept


def _read(user: User | AnonymousUser) -> Reach:
    if not isinstance(user, User) or not (user.is_active and user.is_staff):
        return Reach({})
    if user.is_superuser:
        return Reach({}, everything=True)
    return Reach(dict(Membership.objects.filter(user=user).values_list("organization_id", "role")))


def actor_of(request: HttpRequest) -> Actor:
    return Actor(ActorKind.STAFF, str(request.user.pk), str(request.user))
