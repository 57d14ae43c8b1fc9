"""One client of the fault run, a process of its own: `python -m tests.faults.client FILE` (of its orders, as JSON).

It writes down what it is about to ask before it asks, and what came of it afterwards. Of a booking that it made it
knows all there is to know, for nobody else touches it; times it fights for with the others.
"""

import json
import random
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.faults.asking import Asking, Record

PAUSE_SECONDS = (0.0, 0.08)
REPEATED = 0.15
# Far enough off that no wrong clock of the run takes it for the past.
FIRST_DAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=12)
CONTENDED = {"contended": 12, "buffered": 24, "sibling": 24, "paid": 12, "class": 4}
# All who are in a rush at one tick want one slot, which is free more often than not, at one moment.
TICK_SECONDS = 0.5
RUSHED_SLOTS = 1_000
GRID_MINUTES = {"buffered": 15}


@dataclass
class Holding:
    """A booking that is this client's. `origin`: the operation that made it, which its notes name."""

    origin: str
    id: str
    room: str
    start: datetime
    guests: int
    total: int
    pending: bool = False


class Client:
    def __init__(self, orders: dict[str, Any]) -> None:
        self._orders = orders
        self._dice = random.Random(orders["name"])
        self._until = Path(orders["until"])
        self._asking = Asking(orders["url"], orders["key"], Record(Path(orders["record"])), orders["name"])
        self._held: list[Holding] = []
        self._blocks: list[tuple[str, str]] = []
        self._in_vast = 0

    def run(self) -> None:
        deeds = {
            self._book: 6, self._rush: 6, self._hold: 3, self._move: 3, self._reschedule: 3, self._cancel: 6,
            self._settle: 4, self._block: 1, self._lift: 2, self._read: 3,
        }  # fmt: skip
        while not self._until.exists():
            self._dice.choices(list(deeds), weights=list(deeds.values()))[0]()
            time.sleep(self._dice.uniform(*PAUSE_SECONDS))

    # Making

    def _book(self) -> None:
        room = self._dice.choice(["contended", "buffered", "sibling", "vast", "class"])
        self._make(room)

    def _hold(self) -> None:
        self._make("paid", hold=True)

    def _rush(self) -> None:
        time.sleep(TICK_SECONDS - time.time() % TICK_SECONDS)
        tick = int(time.time() / TICK_SECONDS) % RUSHED_SLOTS
        self._make("contended", start=FIRST_DAY + timedelta(days=1, minutes=30 * tick))

    def _make(self, room: str, *, hold: bool = False, start: datetime | None = None) -> None:
        start, guests = start or self._time_in(room), self._party(room)
        name = self._asking.next_name()
        person = {
            "name": "Ada Park",
            "email": f"{self._orders['name']}-{self._dice.randrange(5)}@example.com",
        }
        minutes = self._shape(room)["minutes"]
        body: dict[str, Any] = {"start": _iso(start), "guests": guests, "notes": name}
        if hold or self._dice.random() < 0.5:
            path = "/api/v1/bookings"
            body |= {"room": self._shape(room)["id"], "customer": person}
            body |= {"payment": "hold"} if hold else {}
        else:
            path = "/api/bookings"
            end = _iso(start + timedelta(minutes=minutes))
            body |= {"bookingType": str(self._shape(room)["id"]), "end": end, **person}
        facts = self._facts("hold" if hold else "book", name, room, start, guests)
        answer = self._ask("POST", path, body, facts, name=name)
        if answer and answer[0] == 201:
            made = answer[1]
            total = made["price"]["total"] if "price" in made else 0
            booking_id = made.get("id") or made["bookingId"]
            self._held.append(Holding(name, booking_id, room, start, guests, total, pending=hold))

    # Changing

    def _move(self) -> None:
        if held := self._one(pending=False):
            start = self._another_time(held)
            facts = self._facts("move", held.origin, held.room, start, held.guests, booking=held.id)
            answer = self._ask("PUT", f"/api/v1/bookings/{held.id}", {"start": _iso(start)}, facts)
            self._go_on(held, answer, start=start)

    def _reschedule(self) -> None:
        if held := self._one(pending=False):
            start = self._another_time(held)
            end = start + timedelta(minutes=self._shape(held.room)["minutes"])
            body = {"newSlot": {"start": _iso(start), "end": _iso(end)}}
            facts = self._facts("reschedule", held.origin, held.room, start, held.guests, booking=held.id)
            answer = self._ask("POST", f"/api/bookings/{held.id}/reschedule", body, facts)
            self._go_on(held, answer, start=start)
            if answer and answer[0] == 200:
                held.id = answer[1]["newBookingId"]

    def _cancel(self) -> None:
        if held := self._one():
            facts = self._facts("cancel", held.origin, held.room, held.start, held.guests, booking=held.id)
            if self._dice.random() < 0.5:
                answer = self._ask("DELETE", f"/api/v1/bookings/{held.id}?refund=full", None, facts)
            else:
                answer = self._ask("POST", f"/api/bookings/{held.id}/cancel", {}, facts)
            self._go_on(held, answer, ended=True)

    def _settle(self) -> None:
        """Of every three holds one is left to run out."""
        if (held := self._one(pending=True)) and self._dice.random() < 0.67:
            facts = self._facts("confirm", held.origin, held.room, held.start, held.guests, booking=held.id)
            body = {"paid": held.total, "method": "cash"}
            answer = self._ask(
                "POST", f"/api/v1/bookings/{held.id}/confirm", body, facts | {"paid": held.total}
            )
            held.pending = False
            self._go_on(held, answer, ended=not answer or answer[0] != 200)
        elif held:
            self._held.remove(held)

    def _go_on(
        self,
        held: Holding,
        answer: tuple[int, Any] | None,
        *,
        start: datetime | None = None,
        ended: bool = False,
    ) -> None:
        """Where nobody knows what became of it, it is left alone, so that the record has one open end at most."""
        if answer is None or ended:
            self._held.remove(held)
        elif answer[0] == 200 and start:
            held.start = start

    def _read(self) -> None:
        if held := self._one():
            facts = self._facts("read", held.origin, held.room, held.start, held.guests, booking=held.id)
            self._ask("GET", f"/api/v1/bookings/{held.id}", None, facts)

    # Blocks

    def _block(self) -> None:
        start = self._time_in("contended")
        end = start + timedelta(minutes=30)
        body = {"schedule": self._shape("contended")["schedule"], "start": _iso(start), "end": _iso(end)}
        name = self._asking.next_name()
        facts = self._facts("block", name, "contended", start, 0)
        answer = self._ask("POST", "/api/v1/schedules/block", body, facts, name=name)
        if answer and answer[0] == 201:
            self._blocks.append((name, answer[1]["id"]))

    def _lift(self) -> None:
        if self._blocks:
            origin, block_id = self._blocks.pop()
            facts = self._facts("lift", origin, "contended", FIRST_DAY, 0)
            self._ask("DELETE", f"/api/v1/schedules/blocks/{block_id}", None, facts)

    # What they have in common

    def _ask(
        self, method: str, path: str, body: Any, facts: dict[str, Any], *, name: str = ""
    ) -> tuple[int, Any] | None:
        name = name or self._asking.next_name()
        answer = self._asking.ask(method, path, body, facts, name=name)
        if answer and method != "GET" and self._dice.random() < REPEATED:
            self._asking.repeat(method, path, body, facts, name=name)
        return answer

    def _facts(
        self, what: str, origin: str, room: str, start: datetime, guests: int, *, booking: str | None = None
    ) -> dict[str, Any]:
        whose = {"house": self._orders["house"], "what": what, "origin": origin, "booking": booking}
        return whose | {"room": room, "start": _iso(start), "guests": guests}

    def _shape(self, room: str) -> dict[str, Any]:
        shape: dict[str, Any] = self._orders["rooms"][room]
        return shape

    def _one(self, *, pending: bool | None = None) -> Holding | None:
        found = [held for held in self._held if pending in (None, held.pending)]
        return self._dice.choice(found) if found else None

    def _party(self, room: str) -> int:
        return self._dice.randint(1, 3) if room == "class" else 1

    def _another_time(self, held: Holding) -> datetime:
        while (start := self._time_in(held.room)) == held.start:
            pass
        return start

    def _time_in(self, room: str) -> datetime:
        """Fought for, but in the vast room, where every client has days of its own."""
        if room == "vast":
            self._in_vast += 1
            day = FIRST_DAY + timedelta(days=60 * self._orders["lane"])
            return day + timedelta(minutes=10 * self._in_vast)
        step = GRID_MINUTES.get(room, self._shape(room)["minutes"])
        return FIRST_DAY + timedelta(minutes=step * self._dice.randrange(CONTENDED[room]))


def _iso(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


if __name__ == "__main__":
    Client(json.loads(Path(sys.argv[1]).read_text())).run()
