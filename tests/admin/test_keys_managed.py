"""Owners make, rotate and revoke API keys; a key is shown once, on the page that answers its making."""

import re

import pytest
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from bookingflow.lib import clock
from bookingflow.organizations.models import ApiKey, AuditEntry, Organization, Plan
from bookingflow.organizations.scopes import PRESETS
from tests.admin.browser import save, text_of
from tests.admin.conftest import signed_in
from tests.builders import make_api_key, make_organization, make_staff
from tests.caller import Caller, error_of

pytestmark = pytest.mark.django_db

KEYS, ADD = (reverse(f"admin:organizations_apikey_{page}") for page in ("changelist", "add"))
FORM = "apikey_form"


def page_of(key: ApiKey, page: str = "change") -> str:
    return reverse(f"admin:organizations_apikey_{page}", args=[key.pk])


def key_in(page: HttpResponse) -> str:
    [text] = re.findall(r"bf_live_[\w]+_[\w]+", page.content.decode())
    return str(text)


def newest() -> ApiKey:
    return ApiKey.objects.latest("created_at")


def test_an_owner_makes_a_key_that_is_shown_once_and_works(owner: Client, organization: Organization) -> None:
    made = save(owner, ADD, FORM, name="Website", access="read-write")
    text, key = key_in(made), newest()
    assert Caller(text).get("/api/v1/me").json()["key"]["scopes"] == list(PRESETS["read-write"])
    assert (key.organization, key.name, key.expires_at) == (organization, "Website", None)
    assert "no-store" in made["Cache-Control"]
    for path in (KEYS, page_of(key), ADD):
        assert text not in owner.get(path).content.decode()
    assert not list(get_messages(made.wsgi_request))
    entry = AuditEntry.objects.get(action="api_key.created")
    assert (entry.actor_kind, entry.actor_label) == ("staff", "olga@example.com")


def test_without_a_word_it_reads_alone(owner: Client) -> None:
    save(owner, ADD, FORM, name="Till")
    assert newest().scopes == list(PRESETS["read-only"])


def test_single_scopes_and_an_end_may_be_chosen(owner: Client) -> None:
    chosen = ["bookings:write", "rooms:read"]
    save(owner, ADD, FORM, name="Till", access="", scopes=chosen, days="7")
    key = newest()
    assert sorted(key.scopes) == chosen
    assert (key.expires_at - clock.now()).days in (6, 7)


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "A", "access": ""}, "scopes"),
        ({"name": "A", "scopes": ["all"]}, "scopes"),
        ({"name": "A", "access": "root"}, "access"),
        ({"name": "A", "days": "0"}, "days"),
        ({"name": "A", "days": "9" * 30}, "days"),
        ({"name": "A", "organization": "x"}, "organization"),
    ],
)
def test_what_is_amiss_is_said_at_its_field(owner: Client, fields: dict[str, str], at: str) -> None:
    refused = save(owner, ADD, FORM, **fields)
    assert list(refused.context["form"].errors) == [at]
    assert not ApiKey.objects.exists()


def test_rotating_makes_a_successor_and_ends_the_old_one_as_chosen(
    owner: Client, organization: Organization
) -> None:
    for grace, status in (("", 200), ("24", 200), ("0", 401)):
        key, text = make_api_key(organization, name="Till", scopes=["rooms:read"])
        shown = save(owner, page_of(key, "rotate"), FORM, grace=grace)
        assert Caller(key_in(shown)).get("/api/v1/rooms").status_code == 200
        assert Caller(text).get("/api/v1/me").status_code == status
        assert (newest().name, newest().scopes) == ("Till", ["rooms:read"])
        key.refresh_from_db()
        assert (key.expires_at is None and key.revoked_at is None) is (grace == "")


def test_revoking_is_asked_first_and_counts_at_once(owner: Client, organization: Organization) -> None:
    key, text = make_api_key(organization)
    path = page_of(key, "revoke")
    assert "can't be taken back" in text_of(owner.get(path))
    assert Caller(text).get("/api/v1/me").status_code == 200
    assert owner.post(path)["Location"] == page_of(key)
    assert error_of(Caller(text).get("/api/v1/me"), 401)
    assert "Revoke it" not in text_of(owner.get(page_of(key)))
    refused = save(owner, page_of(key, "rotate"), FORM)
    assert "has ended and can't be rotated" in text_of(refused)
    assert ApiKey.objects.count() == 1


@pytest.mark.parametrize("role", ["manager", "front_desk", "viewer"])
def test_nobody_else_does(organization: Organization, role: str) -> None:
    client, (key, _) = signed_in(make_staff(organization, role=role)), make_api_key(organization)
    for path in (ADD, page_of(key, "rotate"), page_of(key, "revoke")):
        assert client.get(path).status_code == 403
        assert client.post(path, {"name": "Mine", "access": "read-write"}).status_code == 403
    key.refresh_from_db()
    assert (ApiKey.objects.count(), key.revoked_at) == (1, None)


def test_another_tenants_keys_are_not_there(owner: Client, south_quay: Organization) -> None:
    key, text = make_api_key(south_quay)
    for page in ("rotate", "revoke"):
        for answer in (owner.get(page_of(key, page)), owner.post(page_of(key, page))):
            assert (answer.status_code, answer["Location"]) == (302, reverse("admin:index"))
    asked = {"name": "Mine", "access": "read-only", "organization": str(south_quay.pk)}
    assert list(owner.post(ADD, asked).context["form"].errors) == ["organization"]
    assert Caller(text).get("/api/v1/me").status_code == 200
    assert ApiKey.objects.count() == 1


def test_it_is_said_where_the_plan_doesnt_allow_calls() -> None:
    starter = make_organization(plan=Plan.STARTER)
    client = signed_in(make_staff(starter, role="owner"))
    assert "calls with them need the Business or Enterprise plan" in text_of(client.get(ADD))
    made = save(client, ADD, FORM, name="Website")
    assert "until then they are refused" in text_of(made)
    assert error_of(Caller(key_in(made)).get("/api/v1/me"), 403)["code"] == "PLAN_REQUIRED"
