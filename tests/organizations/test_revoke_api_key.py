"""Ending an API key."""

import pytest

from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.models import AuditEntry
from bookingflow.organizations.queries import find_key
from bookingflow.organizations.services import revoke_api_key
from tests.builders import make_api_key, make_organization

pytestmark = pytest.mark.django_db


def test_the_next_look_at_the_key_finds_it_revoked() -> None:
    key, _ = make_api_key()
    revoke_api_key(key=key, actor=SYSTEM)
    found = find_key(key.public_part)
    assert found is not None
    assert found.revoked_at is not None
    assert found.revoked_at <= found.read_at


def test_other_keys_of_the_organization_go_on() -> None:
    organization = make_organization()
    (key, _), (other, _) = make_api_key(organization), make_api_key(organization)
    revoke_api_key(key=key, actor=SYSTEM)
    other.refresh_from_db()
    assert other.revoked_at is None


def test_revoking_again_changes_nothing() -> None:
    key, _ = make_api_key()
    first = revoke_api_key(key=key, actor=SYSTEM)
    again = revoke_api_key(key=key, actor=SYSTEM)
    assert again.revoked_at == first.revoked_at
    assert AuditEntry.objects.filter(action="api_key.revoked").count() == 1


def test_the_audit_tells_when() -> None:
    key, _ = make_api_key()
    revoke_api_key(key=key, actor=SYSTEM)
    entry = AuditEntry.objects.get(action="api_key.revoked")
    assert (entry.organization_id, entry.subject_id) == (key.organization_id, str(key.id))
    assert entry.changes["revokedAt"][0] is None


@pytest.mark.django_db(transaction=True)
def test_it_needs_the_transaction_of_its_caller() -> None:
    key, _ = make_api_key()
    with pytest.raises(RuntimeError):
        revoke_api_key(key=key, actor=SYSTEM)
    key.refresh_from_db()
    assert key.revoked_at is None
