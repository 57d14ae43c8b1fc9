"""The operator's commands, called in this process: what each prints with `--json` and without."""

import io
import uuid
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django import DjangoAssertNumQueries

from bookingflow.lib import api_keys, json
from bookingflow.organizations.models import ApiKey, AuditEntry, Organization
from bookingflow.organizations.scopes import PRESETS
from tests.builders import make_api_key, make_organization, make_staff
from tests.processes import one_document

pytestmark = pytest.mark.django_db
NEW = ("create_organization", "Clockmaker", "--slug=clockmaker", "--timezone=Europe/London", "--currency=GBP")


def told(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def answer(*arguments: str) -> Any:
    return one_document(told(*arguments, "--json"))


def audited(action: str, subject_id: object) -> bool:
    entries = AuditEntry.objects.filter(action=action, subject_id=str(subject_id), actor_kind="system")
    return entries.count() == 1


def test_create_organization() -> None:
    document = answer(*NEW)
    organization = Organization.objects.get()
    assert document == {"id": str(organization.id), "slug": "clockmaker"}
    assert organization.plan == "starter"
    assert audited("organization.created", organization.id)


def test_create_organization_on_a_plan() -> None:
    answer(*NEW, "--plan=business")
    assert Organization.objects.get().plan == "business"


def test_create_staff_makes_a_password_up_and_shows_it_once() -> None:
    make_organization(slug="clockmaker")
    document = answer("create_staff", "Anna@example.com", "--organization=clockmaker", "--role=owner")
    assert set(document) == {"id", "email", "password"}
    user = authenticate(username="anna@example.com", password=document["password"])
    assert user is not None
    assert (document["id"], document["email"]) == (user.pk, "anna@example.com")
    assert audited("staff.created", user.pk)


def test_create_staff_does_not_show_a_password_that_was_given() -> None:
    make_organization(slug="clockmaker")
    command = ("create_staff", "anna@example.com", "--organization=clockmaker", "--role=viewer")
    document = answer(*command, "--password=a-long-and-odd-pass-phrase")
    assert set(document) == {"id", "email"}


def test_create_api_key_with_a_preset() -> None:
    organization = make_organization(slug="clockmaker")
    document = answer("create_api_key", "--organization=clockmaker", "--name=Website", "--preset=read-write")
    assert set(document) == {"id", "key", "scopes"}
    assert document["scopes"] == list(PRESETS["read-write"])
    parsed = api_keys.parse(document["key"])
    assert parsed is not None
    assert organization.api_keys.get(public_part=parsed.public_part).id == uuid.UUID(document["id"])
    assert audited("api_key.created", document["id"])


def test_create_api_key_with_scopes_one_by_one_or_in_a_row() -> None:
    organization = str(make_organization().id)
    command = ("create_api_key", "--organization", organization, "--name", "Till")
    scopes = ("--scope", "rooms:read", "customers:read", "--scope", "bookings:write")
    assert answer(*command, *scopes)["scopes"] == ["bookings:write", "rooms:read", "customers:read"]


def test_create_api_key_without_preset_or_scope_may_only_read() -> None:
    make_organization(slug="clockmaker")
    document = answer("create_api_key", "--organization=clockmaker", "--name=Website")
    assert document["scopes"] == list(PRESETS["read-only"])


def test_create_api_key_that_expires() -> None:
    make_organization(slug="clockmaker")
    answer("create_api_key", "--organization=clockmaker", "--name=Website", "--expires-in-days=30")
    key = ApiKey.objects.get()
    assert key.expires_at is not None
    assert (key.expires_at - key.created_at).days in {29, 30}


def test_list_api_keys_shows_what_is_no_secret() -> None:
    organization = make_organization(slug="clockmaker")
    key, text = make_api_key(organization, name="Website", scopes=["rooms:read"])
    make_api_key(make_organization())
    (document,) = answer("list_api_keys", "--organization=clockmaker")
    assert document == {
        "id": str(key.id),
        "name": "Website",
        "prefix": f"bf_live_{key.public_part}",
        "scopes": ["rooms:read"],
        "createdAt": document["createdAt"],
        "expiresAt": None,
        "revokedAt": None,
        "lastUsedAt": None,
    }
    assert document["createdAt"].endswith("Z")
    assert text.startswith(document["prefix"] + "_")


def test_list_api_keys_shows_the_oldest_first_and_those_that_ended() -> None:
    organization = make_organization(slug="clockmaker")
    for name in ("First", "Second"):
        make_api_key(organization, name=name)
    told("revoke_api_key", str(organization.api_keys.get(name="First").id))
    first, second = answer("list_api_keys", "--organization=clockmaker")
    assert (first["name"], second["name"]) == ("First", "Second")
    assert first["revokedAt"].endswith("Z")
    assert second["revokedAt"] is None


def test_rotate_api_key() -> None:
    old, old_text = make_api_key(scopes=["rooms:read"])
    document = answer("rotate_api_key", str(old.id), "--grace-hours=0")
    assert set(document) == {"id", "key", "scopes"}
    assert document["key"] != old_text
    assert document["scopes"] == ["rooms:read"]
    old.refresh_from_db()
    assert old.revoked_at is not None
    assert audited("api_key.rotated", old.id)
    assert audited("api_key.created", document["id"])


def test_revoke_api_key_may_be_run_again() -> None:
    key, _ = make_api_key()
    first = answer("revoke_api_key", str(key.id))
    assert first == answer("revoke_api_key", str(key.id))
    assert first["id"] == str(key.id)
    assert first["revokedAt"].endswith("Z")
    assert audited("api_key.revoked", key.id)


def test_set_plan() -> None:
    organization = make_organization(slug="clockmaker", plan="starter")
    document = answer("set_plan", "clockmaker", "enterprise")
    assert document == {"id": str(organization.id), "slug": "clockmaker", "plan": "enterprise"}
    assert audited("organization.plan_changed", organization.id)


def test_without_json_a_person_is_told() -> None:
    key, _ = make_api_key(make_organization(slug="clockmaker"), name="Website")
    make_staff(Organization.objects.get(), email="anna@example.com")
    assert "Its id: " in told("create_organization", "B", "--slug=b", "--timezone=UTC", "--currency=JPY")
    assert "Password, shown this once: " in told(
        "create_staff", "bob@example.com", "--organization=b", "--role=owner"
    )
    assert told("create_staff", "anna@example.com", "--organization=b", "--role=owner") == (
        "anna@example.com can sign in.\n"
    )
    assert "not shown again" in told("create_api_key", "--organization=b", "--name=Website")
    assert "not shown again" in told("rotate_api_key", str(key.id))
    assert told("revoke_api_key", str(key.id)) == f"The key {key.id} is revoked.\n"
    key.refresh_from_db()
    assert key.revoked_at is not None
    assert f"revoked {json.instant(key.revoked_at)}\n" in told("list_api_keys", "--organization=clockmaker")
    assert told("set_plan", "b", "business") == "b is on the plan business.\n"


NOBODY = "There is no organization “nobody”"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("create_staff", "a@example.com", "--organization=nobody", "--role=owner"), NOBODY),
        (("create_api_key", "--organization=nobody", "--name=Website"), NOBODY),
        (("list_api_keys", "--organization=nobody"), NOBODY),
        (("set_plan", "nobody", "business"), NOBODY),
        (("rotate_api_key", str(uuid.UUID(int=0))), "There is no API key 0"),
        (("revoke_api_key", str(uuid.UUID(int=0))), "There is no API key 0"),
        ((*NEW[:-1], "--currency=XXX"), "currency: There is no ISO 4217 currency “XXX”"),
    ],
)
def test_a_failure_is_one_sentence_and_with_json_the_envelope_too(
    arguments: tuple[str, ...], sentence: str
) -> None:
    out = io.StringIO()
    with pytest.raises(CommandError, match=sentence) as failure:
        call_command(*arguments, "--json", stdout=out)
    assert failure.value.returncode == 1
    error = one_document(out.getvalue())["error"]
    assert error["message"] == str(failure.value)
    assert error["code"] in {"NOT_FOUND", "INVALID_REQUEST"}


def test_a_command_that_fails_leaves_nothing_half_done() -> None:
    make_organization(slug="clockmaker")
    with pytest.raises(CommandError):
        told(
            "create_staff",
            "anna@example.com",
            "--organization=clockmaker",
            "--role=owner",
            "--password=short",
        )
    assert not Organization.objects.get().memberships.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        NEW[:-1],
        (*NEW, "--plan=free"),
        ("create_staff", "a@example.com", "--organization=a", "--role=boss"),
        ("create_api_key", "--organization=a", "--name=b", "--scope=payments:read"),
        ("create_api_key", "--organization=a", "--name=b", "--preset=all"),
        ("create_api_key", "--organization=a", "--name=b", "--expires-in-days=0"),
        ("rotate_api_key", str(uuid.UUID(int=0)), "--grace-hours=-1"),
        ("rotate_api_key", "not-an-id"),
        ("revoke_api_key",),
        ("set_plan", "a", "free"),
    ],
)
def test_misuse_is_refused_before_the_database_is_asked(
    arguments: tuple[str, ...], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with pytest.raises(CommandError, match=r"^Error: "), django_assert_num_queries(0):
        told(*arguments)
