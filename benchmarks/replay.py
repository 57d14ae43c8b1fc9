"""The database's part of a booking: as the product asks, and the very same statements by pgbench.

The product makes bookings in this process, through all of its middleware, and each call of the connection is timed:
statements, BEGIN, savepoints, COMMIT. What went over the line is kept. pgbench then sends the same text, in the same
order, to a copy of the database as it was before: the same work, on the same slots.
"""

import logging
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import groupby
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

import psycopg
from django.db import connection
from django.test import Client
from psycopg import sql

from benchmarks import questions
from benchmarks.scenarios import Venue, make_venue
from benchmarks.stage import scratch_database, url_of
from bookingflow.embedded.client_programs import client_command
from bookingflow.lib import json

ROOMS = 20
_LATENCY = re.compile(r"^ +([0-9.]+) +[0-9]+ +(BEGIN|COMMIT|:s[0-9]+)", re.MULTILINE)
_SAVEPOINT = re.compile(r'"s[0-9]+_x([0-9]+)"')


@dataclass(frozen=True, slots=True)
class DatabaseTime:
    """Milliseconds a booking spends on the database, on average, one client."""

    bookings: int
    statements: int
    subject_ms: float
    pgbench_ms: float
    proportion: float

    def document(self) -> dict[str, Any]:
        return asdict(self)


@dataclass
class Tape:
    """Of one booking after the other: seconds at the connection, and (in a transaction, text) of each statement."""

    seconds: list[float] = field(default_factory=list)
    statements: list[list[tuple[bool, str]]] = field(default_factory=list)

    def begin(self) -> None:
        self.seconds.append(0.0)
        self.statements.append([])


def run(*, bookings: int) -> DatabaseTime:
    with scratch_database() as database:
        venue = make_venue(number=ROOMS)
        with _copied(database) as copy:
            tape = _record(venue, bookings)
            _write(copy, tape)
            replayed = _pgbench(url_of(copy), tape, bookings)
            _check(copy, bookings)
    subject = 1000 * mean(tape.seconds)
    return DatabaseTime(
        bookings=bookings,
        statements=_round_trips(tape),
        subject_ms=round(subject, 2),
        pgbench_ms=round(replayed, 2),
        proportion=round(subject / replayed, 2),
    )


@contextmanager
def _copied(database: str) -> Iterator[str]:
    """The copy needs the original to be at rest."""
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]
    copy = f"{database}_copy"
    names = [sql.Identifier(name) for name in (copy, database)]
    with psycopg.connect(url_of("postgres"), autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
        try:
            yield copy
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(names[0]))


def _record(venue: Venue, number: int) -> Tape:
    tape = Tape()
    requests = questions.new_bookings(questions.Asker(venue.key), venue.rooms, name="tape")
    client = Client(headers={"authorization": f"Bearer {venue.key}", "host": "localhost"})
    with _timed(tape), connection.execute_wrapper(_heard(tape)), _silent():
        for request in questions.some(requests, number):
            head, _, body = request.partition(b"\r\n\r\n")
            key = head.partition(b"Idempotency-Key: ")[2].partition(b"\r\n")[0].decode()
            tape.begin()
            answer = client.post(
                "/api/v1/bookings",
                json.loads(body),
                content_type="application/json",
                headers={"idempotency-key": key},
            )
            if answer.status_code != 201:
                raise RuntimeError(f"a booking was refused: {answer.content.decode()}")
    return tape


@contextmanager
def _timed(tape: Tape) -> Iterator[None]:
    """At the connection: whatever goes to the server waits for its answer here."""
    original: Callable[..., Any] = psycopg.Connection.wait

    def wait(self: Any, *args: Any, **named: Any) -> Any:
        began = time.perf_counter()
        try:
            return original(self, *args, **named)
        finally:
            tape.seconds[-1] += time.perf_counter() - began

    with mock.patch.object(psycopg.Connection, "wait", wait):
        yield


def _heard(tape: Tape) -> Callable[..., Any]:
    def wrapper(execute: Any, statement: str, parameters: Any, many: bool, context: Any) -> Any:
        answer = execute(statement, parameters, many, context)
        sent = context["cursor"].cursor._query.query.decode()
        tape.statements[-1].append((context["connection"].in_atomic_block, _SAVEPOINT.sub(r'"x\1"', sent)))
        return answer

    return wrapper


@contextmanager
def _silent() -> Iterator[None]:
    logging.disable(logging.INFO)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def _write(database: str, tape: Tape) -> None:
    """A row for each booking, a column for each of its statements."""
    most = max(map(len, tape.statements))
    names = [f"s{number}" for number in range(most)]
    columns = ", ".join(f"{name} text NOT NULL" for name in names)
    with psycopg.connect(url_of(database)) as copy:
        copy.execute(f"CREATE TABLE tape (number serial PRIMARY KEY, {columns})")
        with copy.cursor().copy(f"COPY tape ({', '.join(names)}) FROM STDIN") as rows:
            for booking in tape.statements:
                texts = [text for _, text in booking]
                rows.write_row([*texts, *["SELECT"] * (most - len(texts))])


def _script(tape: Tape) -> str:
    """With the transaction where it was."""
    longest = max(tape.statements, key=len)
    lines = ["\\set number :number + 1", "SELECT * FROM tape WHERE number = :number \\gset"]
    for within, group in groupby(enumerate(longest), key=lambda item: item[1][0]):
        asked = [f":s{number};" for number, _ in group]
        lines += ["BEGIN;", *asked, "COMMIT;"] if within else asked
    return "\n".join(lines) + "\n"


def _pgbench(url: str, tape: Tape, number: int) -> float:
    """Milliseconds of the recorded statements of one booking; reading the tape isn't counted."""
    with TemporaryDirectory() as folder:
        script = Path(folder) / "booking.sql"
        script.write_text(_script(tape))
        arguments = (
            "-n",
            "-r",
            "-M",
            "simple",
            "-c",
            "1",
            "-t",
            str(number),
            "-D",
            "number=0",
            "-f",
            str(script),
        )
        command, environment = client_command("pgbench", *arguments, database_url=url)
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    if "number of failed transactions: 0 " not in done.stdout:
        raise RuntimeError(f"pgbench could not replay: {done.stdout} {done.stderr}")
    return sum(float(latency) for latency, _ in _LATENCY.findall(done.stdout))


def _check(database: str, bookings: int) -> None:
    """That pgbench did the same work."""
    with psycopg.connect(url_of(database)) as copy:
        (made,) = copy.execute("SELECT count(*) FROM bookings_booking").fetchone() or (0,)
    if made != bookings:
        raise RuntimeError(f"pgbench made {made} of {bookings} bookings")


def _round_trips(tape: Tape) -> int:
    longest = max(tape.statements, key=len)
    transactions = [within for within, _ in groupby(longest, key=lambda item: item[0]) if within]
    return len(longest) + 2 * len(transactions)
