"""Each check of this app holds on sound rows, and fails when plain SQL spoils one."""

from collections.abc import Iterator

import pytest
from django.db import connection

from bookingflow.lib.checks import Check
from bookingflow.organizations import checks
from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.services import revoke_api_key, rotate_api_key
from tests.builders import make_api_key, make_organization, make_staff

pytestmark = pytest.mark.django_db

SPOILT = [
    (checks.slugs_are_public_names, "DELETE FROM organizations_publicname"),
    (
        checks.slugs_are_public_names,
        """UPDATE organizations_publicname SET organization_id =
           (SELECT id FROM organizations_organization WHERE slug = 'other') WHERE name = 'clockmaker'""",
    ),
    (checks.zones_are_known, "UPDATE organizations_organization SET timezone = 'Europe/Londinium'"),
    (checks.currencies_are_known, "UPDATE organizations_organization SET currency = 'XXX'"),
    (checks.scopes_are_known, "UPDATE organizations_apikey SET scopes = '{rooms:read,payments:read}'"),
    (checks.keys_are_audited, "DELETE FROM organizations_auditentry WHERE action = 'api_key.created'"),
    (checks.keys_are_audited, "UPDATE organizations_apikey SET revoked_at = now()"),
    (checks.staff_are_audited, "DELETE FROM organizations_auditentry WHERE action = 'staff.created'"),
]


@pytest.fixture
def rows() -> Iterator[None]:
    """Constraints are out of the way; so the rows are gone before the test's end, when they would be checked."""
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT before_the_rows")
        organization = make_organization(slug="clockmaker")
        make_organization(slug="other")
        make_staff(organization)
        for end in ("revoked", "rotated", "alive"):
            key, _ = make_api_key(organization, name=end)
            if end == "revoked":
                revoke_api_key(key=key, actor=SYSTEM)
            elif end == "rotated":
                rotate_api_key(key=key, grace_hours=0, actor=SYSTEM)
        yield
        cursor.execute("ROLLBACK TO SAVEPOINT before_the_rows")


@pytest.mark.parametrize("check", checks.CHECKS)
@pytest.mark.usefixtures("rows")
def test_sound_rows_pass(check: Check) -> None:
    result = check()
    assert result.ok, result
    assert result.found == 0


@pytest.mark.parametrize(("check", "spoiling"), SPOILT)
@pytest.mark.usefixtures("rows")
def test_a_spoilt_row_is_found(check: Check, spoiling: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(spoiling)
    result = check()
    assert not result.ok
    assert result.found > 0
    assert result.message.startswith(str(result.found))


def test_every_check_has_a_row_that_spoils_it() -> None:
    assert {check for check, _ in SPOILT} == set(checks.CHECKS)
