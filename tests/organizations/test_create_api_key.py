"""Making an API key."""

from datetime import timedelta

import pytest

from bookingflow.lib import api_keys, clock
from bookingflow.lib.errors import InvalidRequest
from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.models import ApiKey, AuditEntry
from bookingflow.organizations.services import create_api_key
from tests.builders import make_api_key, make_organization

pytestmark = pytest.mark.django_db


def test_the_key_leads_to_its_row_and_matches_its_hash() -> None:
    key, text = make_api_key()
    parsed = api_keys.parse(text)
    assert parsed is not None
    stored = ApiKey.objects.get(public_part=parsed.public_part)
    assert stored == key
    assert api_keys.matches(parsed, stored.secret_hash)


def test_nothing_that_is_stored_gives_the_key_away() -> None:
    key, text = make_api_key()
    secret = text.rpartition("_")[2]
    rows = [*ApiKey.objects.values_list(), *AuditEntry.objects.values_list()]
    assert secret not in repr(rows)
    assert secret.encode() not in bytes(ApiKey.objects.get(id=key.id).secret_hash)


def test_scopes_are_kept_once_and_in_one_order() -> None:
    key, _ = make_api_key(scopes=["rooms:write", "bookings:read", "rooms:write"])
    assert ApiKey.objects.get(id=key.id).scopes == ["bookings:read", "rooms:write"]


def test_a_key_can_be_made_on_any_plan() -> None:
    make_api_key(make_organization(plan="starter"))


def test_the_audit_names_the_key_and_its_scopes() -> None:
    key, _ = make_api_key(name="Website", scopes=["bookings:read"])
    entry = AuditEntry.objects.get(action="api_key.created")
    assert (entry.subject_type, entry.subject_id) == ("api_key", str(key.id))
    assert entry.organization_id == key.organization_id
    assert entry.changes == {"name": [None, "Website"], "scopes": [None, ["bookings:read"]]}


def test_all_faults_are_told_at_once() -> None:
    over = clock.now() - timedelta(seconds=1)
    with pytest.raises(InvalidRequest) as refusal:
        make_api_key(name=" ", scopes=["payments:read"], expires_at=over)
    assert [detail["field"] for detail in refusal.value.details] == ["name", "scopes", "expiresAt"]
    assert not ApiKey.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_it_needs_the_transaction_of_its_caller() -> None:
    organization = make_organization()
    with pytest.raises(RuntimeError):
        create_api_key(organization=organization, name="Website", scopes=["rooms:read"], actor=SYSTEM)
    assert not ApiKey.objects.exists()
