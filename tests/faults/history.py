"""The clients' records, read as a history: what each asked, when, and what came of it."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.faults.asking import is_final

MODIFYING = frozenset({"book", "hold", "move", "reschedule", "cancel", "confirm"})


@dataclass(frozen=True)
class Attempt:
    """`status` is None where no answer came. `at`: the machine's time in seconds, when it was sent."""

    at: float
    seconds: float
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    fault: str = ""

    @property
    def final(self) -> bool:
        return self.status is not None and is_final(self.status, self.body)


@dataclass
class Operation:
    """One request with all its attempts, which the client sent under one key."""

    name: str
    house: str
    what: str
    origin: str
    booking: str | None
    room: str
    start: datetime
    guests: int
    at: float
    method: str
    path: str
    paid: int = 0
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def answer(self) -> Attempt | None:
        return next((attempt for attempt in self.attempts if attempt.final), None)

    @property
    def answered_at(self) -> float:
        return self.answer.at + self.answer.seconds if self.answer else float("inf")

    @property
    def done(self) -> bool:
        return self.answer is not None and (self.answer.status or 0) < 300

    @property
    def unknown(self) -> bool:
        return self.answer is None


@dataclass(frozen=True)
class Holding:
    """From when until when a client knew that a stretch of time was its own: by acknowledgements alone."""

    origin: str
    house: str
    room: str
    start: datetime
    guests: int
    since: float
    until: float


def read_records(files: Iterable[Path]) -> list[Operation]:
    return [operation for file in files for operation in _operations(file)]


def _operations(file: Path) -> list[Operation]:
    found: dict[str, Operation] = {}
    for line in file.read_text().splitlines():
        row = json.loads(line)
        kind, name = row.pop("kind"), row["name"]
        if kind == "asked":
            found[name] = Operation(**row | {"start": datetime.fromisoformat(row["start"])})
        else:
            del row["name"]
            found[name].attempts.append(Attempt(**row))
    return list(found.values())


def lives(operations: Iterable[Operation]) -> dict[str, list[Operation]]:
    """All that was asked about a booking, from its making on, by the operation that made it."""
    found: dict[str, list[Operation]] = defaultdict(list)
    for operation in operations:
        if operation.what in MODIFYING:
            found[operation.origin].append(operation)
    return dict(found)


def booking_holdings(operations: Iterable[Operation]) -> Iterator[Holding]:
    for life in lives(operations).values():
        yield from _holdings_of(life)


def _holdings_of(life: list[Operation]) -> Iterator[Holding]:
    """Each state lasts from its acknowledgement until the next change is asked for, a hold until it runs out."""
    start, held, runs_out = life[0].start, False, float("inf")
    for number, operation in enumerate(life):
        if operation.done:
            held = operation.what != "cancel"
            start = operation.start if operation.what in {"move", "reschedule"} else start
            runs_out = _runs_out(operation)
        if operation.unknown or not held:
            return
        following = life[number + 1].at if number + 1 < len(life) else float("inf")
        facts = (operation.origin, operation.house, operation.room, start, operation.guests)
        yield Holding(*facts, operation.answered_at, min(following, runs_out))


def _runs_out(operation: Operation) -> float:
    if operation.what == "hold" and operation.answer and operation.answer.body["holdExpiresAt"]:
        return datetime.fromisoformat(operation.answer.body["holdExpiresAt"]).timestamp()
    return float("inf")


def block_holdings(operations: Iterable[Operation]) -> Iterator[Holding]:
    lifted = {each.origin: each.at for each in operations if each.what == "lift"}
    for each in operations:
        if each.what == "block" and each.done:
            until = lifted.get(each.origin, float("inf"))
            yield Holding(each.name, each.house, each.room, each.start, 0, each.answered_at, until)


def overlap(one: Holding, other: Holding) -> bool:
    """In the time of the clients: whether both held at the same moment."""
    return one.since < other.until and other.since < one.until


def ends(holding: Holding, shape: dict[str, Any]) -> datetime:
    return holding.start + timedelta(minutes=shape["minutes"] + shape["after"])
