"""Racers that go for time at the same instant: threads of this process, or processes of their own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

from django.db import DatabaseError, connection, transaction

from bookingflow.api.unit_of_work import sqlstate
from bookingflow.lib import clock
from bookingflow.lib.errors import DomainError
from rooms import sessions
from rooms.models import Room, Session
from tests.processes import database_url

# What to do ("do": the name of a step below) and with what; fit for JSON.
Attempt = Mapping[str, Any]
Race = Callable[[Sequence[Attempt]], list[str]]

WON, TAKEN = "won", "SLOT_NOT_AVAILABLE"


def claim(
    *, room_id: int, start: str, shift: float = 0, hold: float | None = None, lock: bool = True, **party: Any
) -> None:
    """With the clock `shift` seconds ahead; a hold for `hold` seconds. Without `lock`: as nobody should."""
    room = _room(room_id)
    now = sessions.lock_schedules([room.schedule_id]).now if lock else clock.now()
    now += timedelta(seconds=shift)
    sessions.claim(
        room=room,
        start=datetime.fromisoformat(start),
        holder_id=uuid4(),
        holder_ref="BF-7K3Q9D",
        now=now,
        expires_at=None if hold is None else now + timedelta(seconds=hold),
        **_smallest(room) | party,
    )


def move(*, room_id: int, start: str, holder: str) -> None:
    room = _room(room_id)
    old = Session.objects.values_list("schedule_id", flat=True).get(claims__holder_id=holder)
    now = sessions.lock_schedules([old, room.schedule_id]).now
    sessions.move(
        holder_id=UUID(holder), room=room, start=datetime.fromisoformat(start), now=now, **_smallest(room)
    )


def release(*, room_id: int, holder: str) -> None:
    sessions.lock_schedules([_room(room_id).schedule_id])
    sessions.release(holder_id=UUID(holder))


def sweep() -> None:
    sessions.sweep_expired(now=clock.now(), limit=100)


def nothing() -> None:
    """Said by all once they are there: the first race is a race too."""


STEPS: Mapping[str, Callable[..., None]] = {
    "claim": claim, "move": move, "release": release, "sweep": sweep, "nothing": nothing
}  # fmt: skip


def attempt(wanted: Attempt) -> str:
    """`won`, the code of the refusal, or the SQLSTATE of what the database refused. Nothing is tried again, so that the
    wait for a lock may be as long as a busy machine makes it."""
    arguments = dict(wanted)
    step = STEPS[arguments.pop("do")]
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '60s'")
            step(**arguments)
        return WON
    except DomainError as refusal:
        return refusal.code
    except DatabaseError as fault:
        return sqlstate(fault) or repr(fault)
    finally:
        connection.close()


@contextmanager
def threads() -> Iterator[Race]:
    """Each with a connection of its own."""
    with ThreadPoolExecutor(6) as pool:
        yield lambda wanted: _at_once(pool, wanted, [attempt] * len(wanted))


@contextmanager
def processes(count: int = 4) -> Iterator[Race]:
    """Kept for all races of a test file; a race has `count` racers at most."""
    with ExitStack() as stack:
        racers = [stack.enter_context(_process()) for _ in range(count)]
        pool = stack.enter_context(ThreadPoolExecutor(count))
        assert set(_at_once(pool, [{"do": "nothing"}] * count, racers)) == {WON}
        yield lambda wanted: _at_once(pool, wanted, racers[: len(wanted)])


def _at_once(
    pool: ThreadPoolExecutor, wanted: Sequence[Attempt], racers: Sequence[Callable[[Attempt], str]]
) -> list[str]:
    start = Barrier(len(wanted))

    def run(racer: Callable[[Attempt], str], each: Attempt) -> str:
        start.wait(timeout=30)
        return racer(each)

    assert len(wanted) == len(racers), "more attempts than racers"
    return list(pool.map(run, racers, wanted))


@contextmanager
def _process() -> Iterator[Callable[[Attempt], str]]:
    """An attempt goes in as a line of JSON, its outcome comes out as a line."""
    with subprocess.Popen(
        [sys.executable, "-c", f"import django; django.setup(); from {__name__} import serve; serve()"],
        env=os.environ | {"DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "bookingflow.settings"},
        cwd=Path(__file__).resolve().parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    ) as racer:
        into, out = racer.stdin, racer.stdout
        assert into is not None
        assert out is not None

        def answer(wanted: Attempt) -> str:
            into.write(json.dumps(wanted) + "\n")
            return out.readline().strip()

        yield answer
        into.close()


def serve() -> None:
    """What a racing process does until its input ends."""
    for line in sys.stdin:
        sys.stdout.write(attempt(json.loads(line)) + "\n")
        sys.stdout.flush()


def _room(room_id: int) -> Room:
    return Room.objects.select_related("schedule").get(pk=room_id)


def _smallest(room: Room) -> dict[str, Any]:
    return {"duration": room.durations[0], "mode": room.default_mode, "guests": room.guests_min}
