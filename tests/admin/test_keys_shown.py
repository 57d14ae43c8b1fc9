"""API keys and endpoints: which they are and whether they work, and never a secret."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from bookingflow.lib import clock
from bookingflow.organizations import services
from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.models import ApiKey, Organization, Plan
from tests.admin.browser import text_of
from tests.admin.conftest import signed_in
from tests.builders import make_api_key, make_organization, make_staff
from webhooks.models import Endpoint

pytestmark = pytest.mark.django_db

KEYS = reverse("admin:organizations_apikey_changelist")


def page_of(key: ApiKey) -> str:
    return reverse("admin:organizations_apikey_change", args=[key.pk])


def test_a_key_is_known_by_its_public_part_alone(owner: Client, organization: Organization) -> None:
    key, text = make_api_key(organization)
    for path in (KEYS, page_of(key)):
        page = owner.get(path).content.decode()
        assert f"bf_live_{key.public_part}" in page
        assert text not in page
        assert text.rpartition("_")[2] not in page
        assert bytes(key.secret_hash).hex() not in page


def test_an_endpoints_secret_is_shown_nowhere(owner: Client, organization: Organization) -> None:
    endpoint = Endpoint.objects.create(
        organization=organization, url="https://x.example/", events=["*"], secret=b"whsec-encrypted"
    )
    for name, keys in (("changelist", []), ("change", [endpoint.pk])):
        assert (
            "whsec" not in owner.get(reverse(f"admin:webhooks_endpoint_{name}", args=keys)).content.decode()
        )


def test_the_state_of_a_key_is_told(owner: Client, organization: Organization) -> None:
    revoked, _ = make_api_key(organization, name="Old")
    make_api_key(organization, name="Brief", expires_at=clock.now() + timedelta(hours=1))
    make_api_key(organization, name="Good")
    with transaction.atomic():
        services.revoke_api_key(key=revoked, actor=SYSTEM)
    clock.shift = timedelta(hours=2)
    said = text_of(owner.get(KEYS))
    assert all(state in said for state in ("Active", "Revoked", "Expired"))


def test_it_is_said_that_calls_need_the_business_plan() -> None:
    starter = make_organization(plan=Plan.STARTER, name="Small Shop")
    key, _ = make_api_key(starter)
    client = signed_in(make_staff(starter))
    assert "calls with them need the Business or Enterprise plan" in text_of(client.get(KEYS))
    assert "Needs another plan" in text_of(client.get(KEYS))
    assert "Small Shop is on Starter, so its keys are refused" in text_of(client.get(page_of(key)))


def test_a_key_on_the_business_plan_is_said_to_work(owner: Client, organization: Organization) -> None:
    key, _ = make_api_key(organization)
    assert "Calls are answered on this plan" in text_of(owner.get(page_of(key)))
