"""An import as a process of its own: killed half way it leaves nothing, and in a pipe it is silent."""

import json
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest

from bookings.models import Booking
from customers.models import Customer
from rooms.models import Room, Session
from tests.builders import make_customer, make_organization, make_room, make_schedule, slot
from tests.processes import another_connection, one_document, run_manage, start_manage, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Bookings of two schedules; the one of Zoe is on the second, which is brought in last."""
    organization = make_organization(slug="south")
    rooms = [make_room(make_schedule(organization), slug=name) for name in ("attic", "vault")]
    make_customer(organization, email="zoe@example.com")
    rows = [_row(rooms[0], number, f"guest{number}@example.com") for number in range(50)]
    path = tmp_path / "bookings.json"
    path.write_text(json.dumps([*rows, _row(rooms[1], 0, "zoe@example.com")]))
    return path


def _row(room: Room, hours: int, email: str) -> dict[str, Any]:
    start = slot(days=30) + timedelta(hours=hours)
    customer = {"name": "Guest", "email": email}
    return {"room": room.slug, "start": start.isoformat(), "durationMinutes": 60, "customer": customer}


def test_killed_half_way_it_leaves_nothing_and_can_be_run_again(file: Path) -> None:
    with another_connection() as locker, another_connection() as watcher:
        with locker.transaction():
            locker.execute("SELECT * FROM customers_customer FOR UPDATE")
            with start_manage("import_bookings", str(file), "--organization=south") as killed:
                blocked = partial(_pids, watcher, "%s = ANY(pg_blocking_pids(pid))", locker.info.backend_pid)
                wait_until(lambda: len(blocked()) == 1)  # with the first schedule's bookings written
                [left_behind] = blocked()
                killed.kill()
        wait_until(lambda: _pids(watcher, "pid = %s", left_behind) == [])
    assert Customer.objects.get().email == "zoe@example.com"
    assert not Booking.objects.exists()
    assert not Session.objects.exists()
    again = run_manage("import_bookings", str(file), "--organization=south", "--json")
    assert one_document(again.stdout)["imported"] == Booking.objects.count() == 51


def test_in_a_pipe_there_is_nothing_but_the_answer(file: Path) -> None:
    done = run_manage("import_bookings", str(file), "--organization=south")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "Imported 51 bookings, with 50 new customers.\n"


def _pids(watcher: psycopg.Connection[Any], condition: LiteralString, value: int) -> list[int]:
    found = watcher.execute(f"SELECT pid FROM pg_stat_activity WHERE {condition}", [value])
    return [pid for (pid,) in found]
