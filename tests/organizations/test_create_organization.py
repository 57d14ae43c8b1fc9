"""Making an organization, and the one name space of slugs and handles."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from bookingflow.lib.errors import AlreadyExists, InvalidRequest
from bookingflow.organizations.audit import SYSTEM, Actor, ActorKind
from bookingflow.organizations.models import AuditEntry, Organization, PublicName
from bookingflow.organizations.services import claim_public_name, create_organization
from tests.builders import make_organization

FIELDS = {"name": "Clockmaker", "slug": "clockmaker", "timezone": "Europe/London", "currency": "GBP"}


def refused_fields(**overrides: Any) -> list[str]:
    with pytest.raises(InvalidRequest) as refusal:
        make_organization(**overrides)
    return [detail["field"] for detail in refusal.value.details]


@pytest.mark.django_db
def test_an_organization_starts_on_the_plan_without_api_access() -> None:
    organization = create_organization(**FIELDS, actor=SYSTEM)
    stored = Organization.objects.get(id=organization.id)
    assert (stored.name, stored.slug, stored.timezone, stored.currency) == tuple(FIELDS.values())
    assert stored.plan == "starter"
    assert not stored.has_api


@pytest.mark.django_db
def test_its_slug_stands_in_the_one_name_space() -> None:
    organization = make_organization(slug="clockmaker")
    assert PublicName.objects.get(name="clockmaker").organization_id == organization.id


@pytest.mark.django_db
def test_the_audit_names_who_made_it() -> None:
    anna = Actor(ActorKind.STAFF, "7", "Anna")
    organization = create_organization(**FIELDS, actor=anna)
    entry = AuditEntry.objects.get(organization=organization)
    assert (entry.action, entry.subject_type, entry.subject_id) == (
        "organization.created",
        "organization",
        str(organization.id),
    )
    assert (entry.actor_kind, entry.actor_id, entry.actor_label) == ("staff", "7", "Anna")
    assert entry.changes["slug"] == [None, "clockmaker"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "   "),
        ("name", "x" * 201),
        ("name", "Clock\x00maker"),
        ("name", "Clock\udcffmaker"),
        ("slug", "Clockmaker"),
        ("slug", "12345"),
        ("slug", "admin"),
        ("slug", "x" * 101),
        ("timezone", "Europe/Londinium"),
        ("timezone", "../etc/passwd"),
        ("currency", "gbp"),
        ("currency", "XXX"),
        ("plan", "free"),
    ],
)
def test_a_faulty_field_is_named(field: str, value: str) -> None:
    assert refused_fields(**{field: value}) == [field]
    assert not Organization.objects.exists()


@pytest.mark.django_db
def test_all_faults_are_told_at_once() -> None:
    faulty = {"name": "", "slug": "?", "timezone": "?", "currency": "?", "plan": "?"}
    assert refused_fields(**faulty) == list(faulty)


@pytest.mark.django_db
def test_a_slug_that_is_taken_is_refused() -> None:
    make_organization(slug="clockmaker")
    with pytest.raises(AlreadyExists, match="The name “clockmaker” is taken"):
        make_organization(slug="clockmaker")
    assert Organization.objects.count() == 1


@pytest.mark.django_db
def test_a_slug_that_is_anothers_handle_is_refused() -> None:
    claim_public_name("dining-room", organization_id=make_organization().id)
    with pytest.raises(AlreadyExists):
        make_organization(slug="dining-room")


@pytest.mark.django_db
def test_a_handle_may_be_the_organizations_own_slug_and_no_other_ones() -> None:
    owner, other = make_organization(slug="clockmaker"), make_organization()
    claim_public_name("clockmaker", organization_id=owner.id)
    with pytest.raises(AlreadyExists):
        claim_public_name("clockmaker", organization_id=other.id)
    assert PublicName.objects.get(name="clockmaker").organization_id == owner.id


@pytest.mark.django_db(transaction=True)
def test_the_database_itself_keeps_two_tenants_from_one_name() -> None:
    owner, other = make_organization(slug="clockmaker"), make_organization(slug="another")
    with pytest.raises(IntegrityError):
        PublicName.objects.create(name="clockmaker", organization=other)
    with pytest.raises(IntegrityError), transaction.atomic():
        Organization.objects.filter(id=owner.id).update(slug="not-claimed")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE organizations_publicname SET organization_id = %s WHERE name = 'clockmaker'", [other.id]
        )


@pytest.mark.django_db(transaction=True)
def test_it_needs_the_transaction_of_its_caller() -> None:
    with pytest.raises(RuntimeError):
        create_organization(**FIELDS, actor=SYSTEM)
    assert not Organization.objects.exists()
