"""A schedule that somebody else has locked: the form says so, and nothing hangs or breaks."""

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from bookingflow.organizations.models import Organization
from rooms.models import Room
from tests.admin.browser import save, text_of
from tests.admin.traces import audited
from tests.builders import make_room, make_schedule
from tests.processes import another_connection

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_busy_schedule_is_said_and_nothing_is_kept(owner: Client, organization: Organization) -> None:
    room = make_room(make_schedule(organization))
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50ms'")
    with another_connection() as other, other.transaction():
        other.execute("SELECT 1 FROM rooms_schedule WHERE id = %s FOR UPDATE", [room.schedule_id])
        page = reverse("admin:rooms_room_change", args=[room.pk])
        refused = save(owner, page, "room_form", name="Busy")
    assert "Somebody else is changing this right now" in text_of(refused)
    assert (Room.objects.get().name, audited(organization)) == (room.name, [])
    connection.close()
