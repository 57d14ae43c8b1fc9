"""From a key's text to its row, and the note that it was used."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from pytest_django import DjangoAssertNumQueries

from bookingflow.lib import api_keys
from bookingflow.lib.errors import NotFound
from bookingflow.organizations.models import ApiKey
from bookingflow.organizations.queries import find_key, note_use, organization_by
from tests.builders import make_api_key, make_organization
from tests.processes import another_connection


@pytest.mark.django_db
def test_a_mistyped_key_is_refused_before_the_database_is_asked(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    _, text = make_api_key()
    with django_assert_num_queries(0):
        for position in range(len(text)):
            other = "x" if text[position] != "x" else "y"
            assert api_keys.parse(text[:position] + other + text[position + 1 :]) is None


@pytest.mark.django_db
def test_a_key_comes_with_its_organization_in_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    key, _ = make_api_key(make_organization(plan="enterprise"))
    with django_assert_num_queries(1):
        found = find_key(key.public_part)
        assert found is not None
        assert found.organization.plan == "enterprise"
        assert found.read_at.tzinfo is not None


@pytest.mark.django_db
def test_the_look_up_goes_by_an_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT * FROM organizations_apikey WHERE public_part = 'x'")
        assert "Index" in cursor.fetchall()[0][0]


@pytest.mark.django_db
def test_an_unknown_public_part_finds_nothing() -> None:
    make_api_key()
    assert find_key("0" * 12) is None


@pytest.mark.django_db
def test_a_use_is_noted_once_in_a_while_and_not_per_request(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    key, _ = make_api_key()
    found = find_key(key.public_part)
    assert found is not None
    first = found.read_at
    for after, writes in ((0, 1), (1, 0), (44, 0), (46, 1), (60, 0)):
        now = first + timedelta(seconds=after)
        asked = ApiKey.objects.get(id=key.id)
        with django_assert_num_queries(writes):
            note_use(asked, now)
        key.refresh_from_db()
        assert key.last_used_at is not None
        assert now - key.last_used_at < timedelta(seconds=60)
        assert asked.last_used_at == key.last_used_at


@pytest.mark.django_db
def test_of_two_who_read_the_same_old_note_the_first_to_write_wins() -> None:
    key, _ = make_api_key()
    first, second = find_key(key.public_part), find_key(key.public_part)
    assert first is not None
    assert second is not None
    note_use(first, first.read_at)
    note_use(second, second.read_at)
    key.refresh_from_db()
    assert key.last_used_at == first.read_at


@pytest.mark.django_db(transaction=True)
def test_noting_a_use_waits_for_nobody() -> None:
    key, _ = make_api_key()
    found = find_key(key.public_part)
    assert found is not None
    with another_connection() as other, other.transaction():
        other.execute("SELECT 1 FROM organizations_apikey FOR UPDATE")
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '1ms'")
            note_use(found, found.read_at)
    key.refresh_from_db()
    assert key.last_used_at is None


@pytest.mark.django_db
def test_an_organization_is_found_by_id_and_by_slug() -> None:
    organization = make_organization(slug="clockmaker")
    assert organization_by("clockmaker") == organization
    assert organization_by(str(organization.id)) == organization
    assert organization_by(str(organization.id).upper()) == organization


@pytest.mark.django_db
@pytest.mark.parametrize(
    "identifier",
    ["nobody", "6f1c3a52-0d1b-4a57-9d0e-2f6b1f0c9a11", "", "a\x00b", "\udcff", "Clockmaker", "%"],
)
def test_an_organization_that_is_not_there_is_not_found(identifier: str) -> None:
    make_organization(slug="clockmaker")
    with pytest.raises(NotFound):
        organization_by(identifier)
