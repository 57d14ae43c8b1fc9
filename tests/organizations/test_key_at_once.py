"""What is done to a key or a plan counts from the next request on."""

from datetime import timedelta

import pytest
from django.test import Client

from bookingflow.lib import clock
from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.models import ApiKey, Organization
from bookingflow.organizations.services import revoke_api_key, rotate_api_key, set_plan
from tests.builders import make_api_key, make_organization

pytestmark = pytest.mark.django_db


@pytest.fixture
def organization() -> Organization:
    return make_organization(plan="business")


def status(text: str) -> int:
    return Client().get("/api/v1/me", headers={"Authorization": f"Bearer {text}"}).status_code


def test_a_revoked_key_is_refused(organization: Organization) -> None:
    key, text = make_api_key(organization)
    assert status(text) == 200
    revoke_api_key(key=key, actor=SYSTEM)
    assert status(text) == 401


def test_an_old_key_works_beside_the_new_one_until_its_grace_ends(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, old = make_api_key(organization)
    _, new = rotate_api_key(key=key, grace_hours=1, actor=SYSTEM)
    assert (status(old), status(new)) == (200, 200)
    monkeypatch.setattr(clock, "shift", timedelta(hours=1, seconds=1))
    assert (status(old), status(new)) == (401, 200)


def test_without_a_grace_period_the_old_key_is_refused(organization: Organization) -> None:
    key, old = make_api_key(organization)
    _, new = rotate_api_key(key=key, grace_hours=0, actor=SYSTEM)
    assert (status(old), status(new)) == (401, 200)


def test_a_plan_opens_and_closes_the_api(organization: Organization) -> None:
    _, text = make_api_key(organization)
    set_plan(organization=organization, plan="starter", actor=SYSTEM)
    assert status(text) == 403
    set_plan(organization=organization, plan="enterprise", actor=SYSTEM)
    assert status(text) == 200


def test_the_last_use_is_noted(organization: Organization) -> None:
    key, text = make_api_key(organization)
    status(text)
    assert ApiKey.objects.get(id=key.id).last_used_at is not None
