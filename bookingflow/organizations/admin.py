"""Organizations, their staff, their API keys and the audit, for the staff to look at."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NoReturn
from uuid import UUID

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import DateTimeField, Func, QuerySet
from django.http import Http404, HttpRequest
from django.utils.safestring import SafeString

from bookingflow.lib import clock
from bookingflow.lib.json import dumps
from bookingflow.organizations.admin_base.base import LongListAdmin, TenantAdmin
from bookingflow.organizations.admin_base.filters import ChoiceFilter, LinkedFilter, OrganizationFilter
from bookingflow.organizations.admin_base.reach import EDITORS
from bookingflow.organizations.admin_base.shown import (
    EMPTY,
    badge,
    lines,
    list_link,
    local_time,
    page_link,
    side_by_side,
    subject_link,
    table,
)
from bookingflow.organizations.admin_keys import KeyPages
from bookingflow.organizations.audit import ActorKind
from bookingflow.organizations.models import ApiKey, AuditEntry, Membership, Organization, Plan, Role
from bookingflow.organizations.scopes import PRESETS

# Roles stand in memberships; groups would grant nothing here.
admin.site.unregister(Group)


def closed(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> NoReturn:
    raise Http404


# Unfold's search over the names of pages is not offered, and it breaks on an address that was typed in.
admin.site.search = closed  # type: ignore[attr-defined]


@admin.register(Organization)
class OrganizationAdmin(TenantAdmin):
    organization_path = "pk"
    subject_type = "organization"
    list_display = ("name", "slug", "plan_label", "timezone", "currency", "created")
    list_filter = ()
    search_fields = ("name", "slug")
    fields = ("name", "slug", "plan_label", "api_access", "timezone", "currency", "created", "trails")

    def organization_of(self, row: Organization) -> UUID:
        return row.pk

    @admin.display(description="Plan", ordering="plan")
    def plan_label(self, row: Organization) -> SafeString:
        return badge(row.get_plan_display(), "" if row.plan == Plan.STARTER else "success")

    @admin.display(description="API")
    def api_access(self, row: Organization) -> str:
        return api_note(row) or "Calls with its keys are answered."

    @admin.display(description="Created", ordering="created_at")
    def created(self, row: Organization) -> str:
        return local_time(row.created_at, row.timezone)

    def links(self, row: Organization) -> Iterable[SafeString]:
        pages = {
            "Staff": "organizations_membership",
            "API keys": "organizations_apikey",
            "Rooms": "rooms_room",
            "Bookings": "bookings_booking",
        }
        return [list_link(page, text, organization=row.pk) for text, page in pages.items()]


def api_note(organization: Organization) -> str:
    """Why its keys are refused, or nothing where they aren't."""
    if organization.has_api:
        return ""
    return (
        f"Calls need the Business or Enterprise plan. {organization.name} is on "
        f"{organization.get_plan_display()}, so its keys are refused."
    )


class RoleFilter(ChoiceFilter):
    title = "role"
    parameter_name = "role"
    options = tuple(Role.choices)


@admin.register(Membership)
class MembershipAdmin(TenantAdmin):
    list_display = ("email", "name", "role_label", "organization", "since", "last_seen")
    list_filter = (RoleFilter, OrganizationFilter)
    list_select_related = ("user", "organization")
    search_fields = ("user__email", "user__name")
    ordering = ("user__email",)
    fields = ("email", "name", "role_label", "organization", "since", "last_seen")
    nothing_yet = "Staff are added with manage.py create_staff."

    @admin.display(ordering="user__email")
    def email(self, row: Membership) -> str:
        return row.user.email

    @admin.display(ordering="user__name")
    def name(self, row: Membership) -> str:
        return row.user.name or EMPTY

    @admin.display(description="Role", ordering="role")
    def role_label(self, row: Membership) -> SafeString:
        return badge(row.get_role_display(), "info" if row.role in EDITORS else "")

    @admin.display(ordering="created_at")
    def since(self, row: Membership) -> str:
        return local_time(row.created_at, row.organization.timezone)

    @admin.display(description="Last signed in", ordering="user__last_login")
    def last_seen(self, row: Membership) -> str:
        return local_time(row.user.last_login, row.organization.timezone)


@admin.register(ApiKey)
class ApiKeyAdmin(KeyPages):
    """Never the secret: that is stored nowhere."""

    subject_type = "api_key"
    list_display = ("name", "prefix", "state", "access", "last_used", "expires", "organization")
    list_select_related = ("organization",)
    list_before_template = "organizations/admin/api_keys_note.html"
    search_fields = ("name", "public_part")
    ordering = ("-created_at",)
    fields = (
        "name",
        "prefix",
        "state",
        "plan_allows",
        "granted",
        "organization",
        "created",
        "last_used",
        "expires",
        "revoked",
        "what_next",
        "trails",
    )
    nothing_yet = "An owner makes a key here, or the operator with manage.py create_api_key."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        read_at = Func(function="clock_timestamp", output_field=DateTimeField())
        keys: QuerySet[Any] = super().get_queryset(request).defer("secret_hash").annotate(read_at=read_at)
        return keys

    @admin.display(description="Owners may")
    def what_next(self, row: ApiKey) -> SafeString | str:
        if row.revoked_at is not None:
            return EMPTY
        pages = {"Rotate it": "organizations_apikey_rotate", "Revoke it": "organizations_apikey_revoke"}
        return side_by_side([page_link(page, row.pk, text) for text, page in pages.items()])

    @admin.display(description="Public part")
    def prefix(self, row: ApiKey) -> str:
        return f"bf_live_{row.public_part}"

    @admin.display
    def state(self, row: Any) -> SafeString:
        return _state(row, clock.from_database(row.read_at))

    @admin.display(description="Plan")
    def plan_allows(self, row: ApiKey) -> str:
        return api_note(row.organization) or "Calls are answered on this plan."

    @admin.display(description="May")
    def access(self, row: ApiKey) -> str:
        preset = [name for name, scopes in PRESETS.items() if list(scopes) == row.scopes]
        return preset[0] if preset else ", ".join(row.scopes)

    @admin.display(description="Scopes")
    def granted(self, row: ApiKey) -> SafeString | str:
        return lines(row.scopes)

    @admin.display(ordering="created_at")
    def created(self, row: ApiKey) -> str:
        return local_time(row.created_at, row.organization.timezone)

    @admin.display(ordering="last_used_at")
    def last_used(self, row: ApiKey) -> str:
        return local_time(row.last_used_at, row.organization.timezone)

    @admin.display(ordering="expires_at")
    def expires(self, row: ApiKey) -> str:
        return local_time(row.expires_at, row.organization.timezone)

    @admin.display(ordering="revoked_at")
    def revoked(self, row: ApiKey) -> str:
        return local_time(row.revoked_at, row.organization.timezone)


def _state(key: ApiKey, now: datetime) -> SafeString:
    if key.revoked_at is not None and key.revoked_at <= now:
        return badge("Revoked", "danger")
    if key.expires_at is not None and key.expires_at <= now:
        return badge("Expired", "warning")
    return badge("Active", "success") if key.organization.has_api else badge("Needs another plan", "warning")


class ActorFilter(ChoiceFilter):
    title = "who"
    parameter_name = "actor_kind"
    options = tuple((kind.value, kind.value.replace("_", " ").capitalize()) for kind in ActorKind)


class SubjectTypeFilter(ChoiceFilter):
    title = "what it is about"
    parameter_name = "subject_type"
    options = tuple(
        (name, name.replace("_", " ").capitalize())
        for name in ("booking", "customer", "room", "schedule", "api_key", "endpoint", "user", "organization")
    )


class SubjectFilter(LinkedFilter):
    title = "subject"
    parameter_name = "subject_id"


@admin.register(AuditEntry)
class AuditEntryAdmin(LongListAdmin):
    list_display = ("when", "actor", "action", "subject", "organization")
    list_filter = (SubjectTypeFilter, ActorFilter, SubjectFilter, OrganizationFilter)
    list_select_related = ("organization",)
    search_fields = ("action__istartswith", "actor_label__istartswith", "subject_id__exact")
    ordering = ("-at", "-pk")
    fields = ("when", "actor", "action", "subject", "changed", "organization")
    nothing_yet = "Every change leaves an entry here: who made it, when, and what was changed."

    @admin.display(ordering="at")
    def when(self, row: AuditEntry) -> str:
        return local_time(row.at, row.organization.timezone)

    @admin.display(description="Who", ordering="actor_label")
    def actor(self, row: AuditEntry) -> str:
        kind = row.actor_kind.replace("_", " ")
        return f"{row.actor_label} ({kind})" if row.actor_label else kind.capitalize()

    @admin.display(description="About")
    def subject(self, row: AuditEntry) -> SafeString | str:
        return subject_link(row.subject_type, row.subject_id)

    @admin.display(description="Changes")
    def changed(self, row: AuditEntry) -> SafeString | str:
        return table(("Field", "From", "To"), [_change(*each) for each in row.changes.items()])


def _change(name: str, change: Any) -> tuple[str, str, str]:
    """From and to, where both are known; of personal data the audit names the field alone."""
    before, after = change if isinstance(change, list) and len(change) == 2 else (None, change)
    return name, _said(before), _said(after)


def _said(value: Any) -> str:
    if value is None or value == "":
        return EMPTY
    return value if isinstance(value, str) else dumps(value).decode()
