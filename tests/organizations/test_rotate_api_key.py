"""Putting a new key in the place of an old one."""

from datetime import timedelta

import pytest

from bookingflow.lib import clock
from bookingflow.lib.errors import InvalidRequest
from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.models import ApiKey, AuditEntry
from bookingflow.organizations.services import revoke_api_key, rotate_api_key
from tests.builders import make_api_key

pytestmark = pytest.mark.django_db
A_SECOND = timedelta(seconds=1)


@pytest.fixture
def old() -> ApiKey:
    return make_api_key(name="Website", scopes=["bookings:write", "rooms:read"])[0]


def rotated(old: ApiKey, grace_hours: float | None = None) -> ApiKey:
    """The new key; the old one is read again."""
    new, _ = rotate_api_key(key=old, grace_hours=grace_hours, actor=SYSTEM)
    old.refresh_from_db()
    return new


def test_the_new_key_has_the_name_and_scopes_of_the_old(old: ApiKey) -> None:
    new = rotated(old)
    assert (new.organization_id, new.name, new.scopes) == (old.organization_id, old.name, old.scopes)
    assert new.public_part != old.public_part
    assert bytes(new.secret_hash) != bytes(old.secret_hash)


def test_without_a_grace_period_the_old_key_goes_on(old: ApiKey) -> None:
    rotated(old)
    assert (old.expires_at, old.revoked_at) == (None, None)


def test_with_a_grace_period_the_old_key_expires_at_its_end(old: ApiKey) -> None:
    rotated(old, grace_hours=24)
    assert old.revoked_at is None
    assert old.expires_at is not None
    assert abs(old.expires_at - clock.now() - timedelta(hours=24)) < 60 * A_SECOND


def test_with_no_grace_the_old_key_is_revoked_at_once(old: ApiKey) -> None:
    rotated(old, grace_hours=0)
    assert old.revoked_at is not None
    assert old.revoked_at <= clock.now()


def test_a_grace_period_never_prolongs_a_key() -> None:
    end = clock.now() + timedelta(hours=1)
    old, _ = make_api_key(expires_at=end)
    rotated(old, grace_hours=24)
    assert old.expires_at == end


def test_a_grace_period_shortens_a_key_that_would_live_on() -> None:
    old, _ = make_api_key(expires_at=clock.now() + timedelta(days=90))
    rotated(old, grace_hours=24)
    assert old.expires_at is not None
    assert old.expires_at < clock.now() + timedelta(hours=25)


def test_a_key_that_was_to_expire_has_a_successor_that_lives_as_long() -> None:
    old, _ = make_api_key(expires_at=clock.now() + timedelta(days=90))
    new = rotated(old)
    assert new.expires_at is not None
    assert abs(new.expires_at - clock.now() - timedelta(days=90)) < 60 * A_SECOND


def test_a_key_that_ended_is_not_brought_back(old: ApiKey, monkeypatch: pytest.MonkeyPatch) -> None:
    expiring, _ = make_api_key(expires_at=clock.now() + timedelta(days=1))
    revoke_api_key(key=old, actor=SYSTEM)
    monkeypatch.setattr(clock, "shift", timedelta(days=1, seconds=1))
    for ended in (old, expiring):
        with pytest.raises(InvalidRequest, match="make a new one"):
            rotate_api_key(key=ended, actor=SYSTEM)
    assert ApiKey.objects.count() == 2


@pytest.mark.parametrize("hours", [-1, 8761, float("nan"), float("inf")])
def test_a_grace_period_is_up_to_a_year(old: ApiKey, hours: float) -> None:
    with pytest.raises(InvalidRequest, match="graceHours"):
        rotate_api_key(key=old, grace_hours=hours, actor=SYSTEM)


def test_the_audit_tells_of_both_keys(old: ApiKey) -> None:
    new = rotated(old, grace_hours=0)
    made = AuditEntry.objects.get(action="api_key.created", subject_id=str(new.id))
    ended = AuditEntry.objects.get(action="api_key.rotated", subject_id=str(old.id))
    assert made.changes["scopes"] == [None, ["bookings:write", "rooms:read"]]
    assert ended.changes["successor"] == [None, str(new.id)]
    assert ended.changes["revokedAt"][0] is None
    assert ended.organization_id == made.organization_id == old.organization_id


@pytest.mark.django_db(transaction=True)
def test_it_needs_the_transaction_of_its_caller() -> None:
    old, _ = make_api_key()
    with pytest.raises(RuntimeError):
        rotate_api_key(key=old, actor=SYSTEM)
    assert ApiKey.objects.count() == 1
