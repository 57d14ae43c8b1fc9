"""Who may come in, and what each role may do there."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from bookingflow.organizations.models import ApiKey, Membership, Organization, User
from rooms.models import Block, Room, Schedule
from tests.admin.conftest import signed_in
from tests.admin.one_of_each import rows_of
from tests.admin.traces import audited
from tests.builders import make_staff

pytestmark = pytest.mark.django_db

LOGIN, INDEX = reverse("admin:login"), reverse("admin:index")
ROOMS = reverse("admin:rooms_room_changelist")
EDITED = (Room, Schedule, Block)
PASSWORD = "a-password-of-olga-1"


def page(model: type, which: str, *keys: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{which}", args=list(keys))


@pytest.mark.parametrize("email", ["olga@example.com", "Olga@Example.com", " olga@example.com "])
def test_one_signs_in_with_ones_email(email: str, organization: Organization, client: Client) -> None:
    make_staff(organization, email="olga@example.com", password=PASSWORD)
    assert "Email" in client.get(LOGIN).content.decode()
    answer = client.post(f"{LOGIN}?next={ROOMS}", {"username": email, "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, ROOMS)


def test_a_wrong_password_and_an_unknown_email_answer_alike(
    organization: Organization, client: Client
) -> None:
    make_staff(organization, email="olga@example.com", password=PASSWORD)
    for name in ("olga@example.com", "nobody@example.com", "\x00"):
        answer = client.post(LOGIN, {"username": name, "password": "wrong"})
        assert answer.status_code == 200
        assert not answer.wsgi_request.user.is_authenticated


@pytest.mark.parametrize("role", ["viewer", "front_desk"])
def test_who_looks_on_changes_nothing(role: str, organization: Organization) -> None:
    client, rows = signed_in(make_staff(organization, role=role)), rows_of(organization)
    for model in EDITED:
        shown = client.get(page(model, "change", rows[model].pk))
        assert shown.status_code == 200
        assert 'name="_save"' not in shown.content.decode()
        assert client.post(page(model, "change", rows[model].pk), {"name": "Mine"}).status_code == 403
        assert client.get(page(model, "add")).status_code == 403
        assert client.post(page(model, "add"), {"name": "Mine"}).status_code == 403
        assert client.post(page(model, "delete", rows[model].pk), {"post": "yes"}).status_code == 403
    sent = {"action": "delete_selected", "_selected_action": [str(rows[Block].pk)], "post": "yes"}
    client.post(page(Block, "changelist"), sent)
    assert Block.objects.count() == 1
    assert audited(organization) == []


@pytest.mark.parametrize("role", ["owner", "manager"])
def test_who_manages_edits_rooms_schedules_and_blocks(role: str, organization: Organization) -> None:
    client, rows = signed_in(make_staff(organization, role=role)), rows_of(organization)
    for model in (Room, Schedule):
        assert 'name="_save"' in client.get(page(model, "change", rows[model].pk)).content.decode()
    assert client.get(page(Block, "delete", rows[Block].pk)).status_code == 200


def test_nobody_deletes_or_writes_what_no_service_offers(owner: Client, organization: Organization) -> None:
    for model, row in rows_of(organization).items():
        if model is not Block:
            assert owner.post(page(model, "delete", row.pk), {"post": "yes"}).status_code == 403
        if model not in (*EDITED, ApiKey):
            assert owner.get(page(model, "add")).status_code == 403
        if model not in EDITED:
            assert owner.post(page(model, "change", row.pk), {"name": "Mine"}).status_code == 403
        assert model._base_manager.filter(pk=row.pk).exists()


def test_a_role_counts_in_its_organization_alone(
    organization: Organization, south_quay: Organization
) -> None:
    person = make_staff(organization, role="owner")
    make_staff(south_quay, email=person.email, role="viewer")
    client, theirs = signed_in(person), rows_of(south_quay)
    for model in (Room, Schedule):
        assert client.get(page(model, "change", theirs[model].pk)).status_code == 200
        assert client.post(page(model, "change", theirs[model].pk), {}).status_code == 403


def test_a_superuser_sees_and_edits_all(organization: Organization, south_quay: Organization) -> None:
    client = signed_in(User.objects.create_superuser("root@example.com", "x"))
    for rows in (rows_of(organization), rows_of(south_quay)):
        for model, row in rows.items():
            assert client.get(page(model, "change", row.pk)).status_code == 200
            assert row in client.get(page(model, "changelist")).context["cl"].result_list
        assert 'name="_save"' in client.get(page(Room, "change", rows[Room].pk)).content.decode()


@pytest.mark.parametrize("is_staff", [True, False])
def test_who_belongs_to_nobody_sees_nothing(is_staff: bool, organization: Organization) -> None:
    rows_of(organization)
    client = signed_in(User.objects.create_user("gone@example.com", "x", is_staff=is_staff))
    for model in admin.site._registry:
        answer = client.get(page(model, "changelist"))
        assert answer.status_code == (403 if is_staff else 302)
    assert "North Pier" not in client.get(INDEX, follow=True).content.decode()


def test_the_search_over_page_names_is_closed(owner: Client) -> None:
    assert owner.get(reverse("admin:search"), {"s": "rooms", "page": "x"}).status_code == 404


def test_leaving_the_staff_counts_from_the_next_page_on(organization: Organization) -> None:
    person = make_staff(organization)
    client = signed_in(person)
    assert client.get(ROOMS).status_code == 200
    Membership.objects.filter(user=person).delete()
    assert client.get(ROOMS).status_code == 403


def test_the_side_bar_leads_to_every_page(owner: Client) -> None:
    shown = owner.get(INDEX).content.decode()
    for model in admin.site._registry:
        assert f'href="{page(model, "changelist")}"' in shown
    assert "North Pier" in shown
