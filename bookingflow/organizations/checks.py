"""What must always hold of organizations and their keys: this app's part of `manage.py doctor`."""

from collections.abc import Callable

from bookingflow.lib import money, zones
from bookingflow.lib.checks import Check, CheckResult, none_of
from bookingflow.organizations.models import Organization
from bookingflow.organizations.scopes import SCOPES


def slugs_are_public_names() -> CheckResult:
    return none_of(
        "every slug is its organization's public name",
        """
        SELECT 1 FROM organizations_organization AS organization
        LEFT JOIN organizations_publicname AS name
            ON name.name = organization.slug AND name.organization_id = organization.id
        WHERE name.name IS NULL
        """,
        what="slugs that aren't their organization's public name",
    )


def zones_are_known() -> CheckResult:
    return _all_known("timezone", zones.is_zone, what="time zones of organizations that tzdata doesn't know")


def currencies_are_known() -> CheckResult:
    return _all_known(
        "currency", money.is_currency, what="currencies of organizations that ISO 4217 doesn't know"
    )


def scopes_are_known() -> CheckResult:
    return none_of(
        "every API key has known scopes",
        f"""
        SELECT 1 FROM organizations_apikey
        WHERE cardinality(scopes) = 0 OR NOT scopes <@ '{{{",".join(SCOPES)}}}'::varchar[]
        """,  # noqa: S608  nothing here but our own words
        what="API keys with a scope that doesn't exist, or none",
    )


def keys_are_audited() -> CheckResult:
    return none_of(
        "every API key made or revoked has its audit entry",
        """
        SELECT 1 FROM organizations_apikey AS key WHERE NOT EXISTS (
            SELECT 1 FROM organizations_auditentry AS entry
            WHERE entry.organization_id = key.organization_id AND entry.subject_type = 'api_key'
              AND entry.subject_id = key.id::text AND entry.action = 'api_key.created'
        ) OR key.revoked_at IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM organizations_auditentry AS entry
            WHERE entry.organization_id = key.organization_id AND entry.subject_type = 'api_key'
              AND entry.subject_id = key.id::text AND entry.action IN ('api_key.revoked', 'api_key.rotated')
        )
        """,
        what="API keys made or revoked by nobody",
    )


def staff_are_audited() -> CheckResult:
    return none_of(
        "every membership has its audit entry",
        """
        SELECT 1 FROM organizations_membership AS membership WHERE NOT EXISTS (
            SELECT 1 FROM organizations_auditentry AS entry
            WHERE entry.organization_id = membership.organization_id AND entry.subject_type = 'user'
              AND entry.subject_id = membership.user_id::text AND entry.action = 'staff.created'
        )
        """,
        what="memberships given by nobody",
    )


def _all_known(field: str, is_known: Callable[[str], bool], *, what: str) -> CheckResult:
    used = Organization.objects.order_by().values_list(field, flat=True).distinct()
    unknown = sorted(value for value in used if not is_known(value))
    message = f"{len(unknown) or 'No'} {what}" + (f": {', '.join(unknown)}" if unknown else "")
    return CheckResult(f"every organization's {field} is known", not unknown, len(unknown), message)


CHECKS: list[Check] = [
    slugs_are_public_names,
    zones_are_known,
    currencies_are_known,
    scopes_are_known,
    keys_are_audited,
    staff_are_audited,
]
