"""Every page of the admin, found in its registry: it shows one's own rows and no other tenant's, at a fixed cost."""

from typing import Any
from uuid import UUID

import pytest
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookingflow.organizations.admin_base.base import TenantAdmin
from bookingflow.organizations.admin_base.filters import RelatedFilter, TenantFilter
from bookingflow.organizations.models import Organization
from tests.admin.one_of_each import rows_of

pytestmark = pytest.mark.django_db

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
names = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
MOST_FOR_A_LIST, MOST_FOR_ONE = 12, 16


def url(model: type[models.Model], page: str, *keys: Any) -> str:
    named = f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"
    return reverse(named, args=[quote(key) for key in keys])


def cost(client: Client, path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


def filters_of(model: type[models.Model], kind: type[Any]) -> list[Any]:
    offered = admin.site._registry[model].list_filter
    return [each for each in offered if isinstance(each, type) and issubclass(each, kind)]


def test_every_page_starts_from_the_tenant() -> None:
    strangers = [model for model, page in admin.site._registry.items() if not isinstance(page, TenantAdmin)]
    assert strangers == []


def test_the_walk_has_a_row_for_every_page(organization: Organization) -> None:
    assert set(rows_of(organization)) == set(MODELS)


@names
def test_a_list_shows_ones_own_and_no_other_tenants(
    model: type[models.Model], owner: Client, organization: Organization, south_quay: Organization
) -> None:
    own, foreign = rows_of(organization)[model], rows_of(south_quay)[model]
    page = owner.get(url(model, "changelist"))
    listed = {row.pk for row in page.context["cl"].result_list}
    assert own.pk in listed
    assert foreign.pk not in listed
    assert "South Quay" not in page.content.decode()


@names
def test_a_page_shows_ones_own_and_no_other_tenants(
    model: type[models.Model], owner: Client, organization: Organization, south_quay: Organization
) -> None:
    own, foreign = rows_of(organization)[model], rows_of(south_quay)[model]
    assert owner.get(url(model, "change", own.pk)).status_code == 200
    for page in ("change", "delete", "history"):
        answer = owner.get(url(model, page, foreign.pk), follow=True)
        assert answer.redirect_chain or answer.status_code in {403, 404}
        assert "South Quay" not in answer.content.decode()


@names
def test_another_tenants_row_answers_as_one_that_is_not_there(
    model: type[models.Model], owner: Client, organization: Organization, south_quay: Organization
) -> None:
    foreign = rows_of(south_quay)[model]
    path = url(model, "change", foreign.pk)
    seen = owner.post(path, {"name": "Mine now"}, follow=True)
    assert seen.status_code in {200, 403}
    assert model._base_manager.get(pk=foreign.pk) == foreign
    there = owner.get(path)
    assert (there.status_code, there["Location"]) == (302, reverse("admin:index"))


@names
def test_a_list_costs_the_same_however_long(
    model: type[models.Model], owner: Client, organization: Organization
) -> None:
    rows_of(organization)
    owner.get(url(model, "changelist"))
    before = cost(owner, url(model, "changelist"))
    for _ in range(3):
        rows_of(organization)
    assert cost(owner, url(model, "changelist")) == before <= MOST_FOR_A_LIST


@names
def test_one_page_has_a_bounded_cost(
    model: type[models.Model], owner: Client, viewer: Client, organization: Organization
) -> None:
    row = rows_of(organization)[model]
    for client in (owner, viewer):
        assert cost(client, url(model, "change", row.pk)) <= MOST_FOR_ONE


@names
def test_a_search_for_anything_answers(
    model: type[models.Model], owner: Client, organization: Organization, south_quay: Organization
) -> None:
    rows_of(organization), rows_of(south_quay)
    for term in ("South", "South Quay guest", "BF-7K3Q9D", "'\"%\\", "x" * 300, "\x00"):
        page = owner.get(url(model, "changelist"), {"q": term}, follow=True)
        assert page.status_code == 200
        assert not [row for row in page.context["cl"].result_list if "South Quay" in str(row)]


@names
def test_completion_offers_no_other_tenants_rows(
    model: type[models.Model], owner: Client, organization: Organization, south_quay: Organization
) -> None:
    foreign = {str(row.pk) for row in rows_of(south_quay).values()}
    rows_of(organization)
    fields = [field for field in model._meta.fields if field.remote_field]
    for field in fields:
        asked = {
            "app_label": model._meta.app_label,
            "model_name": model._meta.model_name,
            "field_name": field.name,
        }
        for term in ("", "South", "\x00"):
            answer = owner.get(reverse("admin:autocomplete"), {**asked, "term": term})
            assert answer.status_code in {200, 403, 404}
            if answer.status_code == 200:
                results = answer.json()["results"]
                assert foreign.isdisjoint(each["id"] for each in results)
                assert not [each for each in results if "South Quay" in each["text"]]


@names
def test_a_filter_by_another_tenants_row_finds_and_names_nothing(
    model: type[models.Model], owner: Client, organization: Organization, south_quay: Organization
) -> None:
    foreign = rows_of(south_quay)
    rows_of(organization)
    for each in filters_of(model, RelatedFilter):
        other = foreign[model._meta.get_field(each.parameter_name).related_model]
        page = owner.get(url(model, "changelist"), {each.parameter_name: str(other.pk)})
        assert page.status_code == 200
        assert not page.context["cl"].result_list
        assert "South Quay" not in page.content.decode()


@pytest.mark.parametrize("value", ["", "x", "0", "-1", "9" * 30, "\x00", "2026-13-45", str(UUID(int=0))])
def test_filters_take_any_value_without_a_fault(
    value: str, owner: Client, organization: Organization
) -> None:
    rows_of(organization)
    for model in MODELS:
        for each in filters_of(model, TenantFilter):
            for name in each.parameters():
                page = owner.get(url(model, "changelist"), {name: value}, follow=True)
                assert page.status_code == 200, (model, name)


@names
def test_only_what_is_offered_can_be_filtered_by(model: type[models.Model], owner: Client) -> None:
    offered = {name for each in admin.site._registry[model].list_filter for name in each.parameters()}
    for field in model._meta.fields:
        for lookup in (field.name, f"{field.name}__startswith", f"{field.name}__gt"):
            if lookup not in offered:
                assert owner.get(url(model, "changelist"), {lookup: "a"}).status_code == 400


@names
def test_the_page_of_nothing_leads_back(model: type[models.Model], owner: Client) -> None:
    for key in ("0", "x", "9" * 40, "_00", "00000000-0000-0000-0000-000000000000"):
        path = url(model, "changelist") + f"{key}/change/"
        assert owner.get(path).status_code == 302


@names
def test_the_add_page_is_there_where_a_service_adds(model: type[models.Model], owner: Client) -> None:
    adds = model.__name__ in {"Room", "Schedule", "Block", "ApiKey"}
    assert owner.get(url(model, "add")).status_code == (200 if adds else 403)
