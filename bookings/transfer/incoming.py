"""From a file into an organization: every row is checked, and all are taken or none.

The rows are read and checked first, while nobody waits, into a table that lasts as long as the transaction. Only then
the schedules are locked, and the rows brought in schedule by schedule, so that the memory needed doesn't depend on
how many there are.
"""

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO

from django.db import connection, transaction

from bookingflow.lib import json
from bookingflow.lib.copying import copy_rows
from bookingflow.lib.errors import InvalidRequest
from bookingflow.lib.shapes import ShapeError
from bookingflow.organizations.audit import Actor
from bookingflow.organizations.models import Organization
from bookings.services.bring_in_many import MOST_REFUSED, Refused, Row, Tally, import_bookings
from bookings.transfer import files
from bookings.transfer.cells import Document
from bookings.transfer.rows import Rooms, read_row
from rooms.queries import rooms_of
from rooms.sessions import lock_schedules

AT_ONCE = 1_000
Watch = Callable[[Iterable[Any], int | None], Iterable[Any]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`rows` were in the file. Where any was refused, nothing was brought in."""

    rows: int
    imported: int
    customers: int
    refused: list[Refused]


def bring_in_file(
    file: BinaryIO, organization: Organization, *, actor: Actor, dry_run: bool, watch: Watch
) -> Outcome:
    """`watch` sees each row twice: as it is read (how many there are isn't known then), and as it is brought in.

    Raises InvalidRequest for a file that can't be read as one of bookings.
    """
    with transaction.atomic(durable=True), _undisturbed():
        outcome = _bring_in(file, organization, actor, watch)
        if outcome.refused or dry_run:
            transaction.set_rollback(True)
    return outcome


@contextmanager
def _undisturbed() -> Iterator[None]:
    """What was there before is garbage to nobody: left out of collections, which else took a fifth of the time."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _bring_in(file: BinaryIO, organization: Organization, actor: Actor, watch: Watch) -> Outcome:
    rooms = Rooms(list(rooms_of(organization)))
    refused: list[Refused] = []
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
    rows = _stage(watch(files.read(file), None), rooms, refused)
    staged = rows - len({each.line for each in refused})
    tally = Tally()
    if len(refused) < MOST_REFUSED:
        tally = _take(organization, actor, rooms, lambda found: watch(found, staged))
    every = sorted([*refused, *tally.refused], key=lambda each: each.line)
    return Outcome(rows, 0 if every else tally.imported, 0 if every else tally.customers, every)


def _stage(found: Iterable[tuple[int, Document | str]], rooms: Rooms, refused: list[Refused]) -> int:
    """How many rows there are. What can't be read as a row is refused here."""
    count = 0
    rest = iter(found)
    while some := list(islice(rest, AT_ONCE)):
        count += len(some)
        _keep(list(_sound(some, rooms, refused)))
        if len(refused) >= MOST_REFUSED:
            break
    return count


def _sound(
    found: Iterable[tuple[int, Document | str]], rooms: Rooms, refused: list[Refused]
) -> Iterator[tuple[Row, Document]]:
    for line, document in found:
        if isinstance(document, str):
            refused.append(Refused(line, "", document))
            continue
        try:
            yield read_row(line, document, rooms), document
        except ShapeError as fault:
            refused += [Refused(line, each.field, each.message) for each in fault.faults]


def _keep(rows: list[tuple[Row, Document]]) -> None:
    copy_rows(
        "bookings_brought_in",
        ("line", "schedule_id", "start", "document"),
        (
            (row.line, row.room.schedule_id, row.agreed.start, json.dumps(document).decode())
            for row, document in rows
        ),
    )


def _take(
    organization: Organization, actor: Actor, rooms: Rooms, watch: Callable[[Iterable[Row]], Iterable[Row]]
) -> Tally:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT schedule_id FROM bookings_brought_in")
        locked = lock_schedules(schedule_id for (schedule_id,) in cursor.fetchall())
    rows = watch(_staged(rooms))
    return import_bookings(organization=organization, actor=actor, rows=rows, now=locked.now)


def _staged(rooms: Rooms) -> Iterator[Row]:
    with connection.cursor() as cursor:
        cursor.execute(_DECLARE)
        while True:
            cursor.execute(_FETCH)
            found = cursor.fetchall()
            if not found:
                break
            for line, document in found:
                yield read_row(line, json.loads(document), rooms)
        cursor.execute("CLOSE brought_in")


def refusal(outcome: Outcome) -> InvalidRequest:
    """Of the whole file, each bad row by its line."""
    bad = len({each.line for each in outcome.refused})
    more = " There may be more." if len(outcome.refused) >= MOST_REFUSED else ""
    details = [{"line": each.line, "field": each.field, "message": each.message} for each in outcome.refused]
    rows = "1 row" if bad == 1 else f"{bad} rows"
    return InvalidRequest(f"{rows} of {outcome.rows} can't be taken, so nothing was imported.{more}", details)


_STAGE = """
    DROP TABLE IF EXISTS pg_temp.bookings_brought_in;
    CREATE TEMPORARY TABLE bookings_brought_in (
        line integer NOT NULL, schedule_id bigint NOT NULL, start timestamptz NOT NULL, document text NOT NULL
    ) ON COMMIT DROP
"""
_DECLARE = """
    DECLARE brought_in CURSOR FOR
    SELECT line, document FROM bookings_brought_in ORDER BY schedule_id, start, line
"""
_FETCH = f"FETCH {AT_ONCE} FROM brought_in"
