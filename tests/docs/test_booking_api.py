"""The client of docs/api/booking-api.md: it does what the page shows, and over a bad line it books nobody twice."""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import pytest

from bookings.checks import CHECKS
from bookings.models import Booking
from rooms.models import Room
from tests.builders import every_day, make_api_key, make_organization, make_room, make_schedule, slot
from tests.processes import ROOT
from tests.proxy import Fate, proxy_to

BLOCKS = re.findall(r"```(\w+)\n(.*?)```", (ROOT / "docs" / "api" / "booking-api.md").read_text(), re.DOTALL)
CLIENT, EXAMPLE = (text for kind, text in BLOCKS if kind == "python")
[SHOWN] = (text for kind, text in BLOCKS if kind == "text")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
# Of four requests one arrives and is answered as it should.
BAD_LINE = (Fate.PASSES, Fate.LOST, Fate.ANSWER_LOST, Fate.TWICE)
AT_ONCE = 3
Call = Callable[..., Any]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(3_000)]


@pytest.fixture
def room() -> Room:
    host = make_organization(slug="clara-finch")
    schedule = make_schedule(host, handle="clara-finch", hours=every_day(("00:00", "24:00")))
    return make_room(schedule, slug="trial-lesson", durations=[30], slot_interval_minutes=30)


@pytest.fixture
def key(room: Room) -> str:
    return make_api_key(room.organization)[1]


def test_the_example_does_what_it_shows(room: Room, key: str, served: str, tmp_path: Path) -> None:
    script = tmp_path / "integration.py"
    script.write_text(f"{CLIENT}\n{EXAMPLE}")
    run = subprocess.run(
        [sys.executable, str(script)],
        env=os.environ | {"API": f"{served}/api", "KEY": key},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert (INSTANT.sub("INSTANT", run.stdout), run.stderr) == (SHOWN, "")
    assert Booking.objects.get().customer.email == "ada@example.com"


@pytest.mark.parametrize("orders", [12, pytest.param(300, marks=pytest.mark.faults)])
def test_over_a_line_that_loses_requests_and_answers_nobody_is_booked_twice(
    room: Room, key: str, served: str, orders: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several clients go for the same times, and move or cancel some of what they got."""
    chance, fates = Random(11), Counter[Fate]()

    def fate() -> Fate:
        drawn = chance.choice(BAD_LINE)
        fates[drawn] += 1
        return drawn

    with proxy_to(served) as (proxy, address), ThreadPoolExecutor(AT_ONCE) as clients:
        proxy.fate = fate
        call = patient_call(monkeypatch, f"{address}/api", key)
        told = list(clients.map(lambda number: one_order(call, number), range(orders)))
    assert {identifier: status for each in told for identifier, status in each.items()} == all_as_stored()
    assert set(fates) == set(BAD_LINE)
    assert all(check().ok for check in CHECKS)


def patient_call(monkeypatch: pytest.MonkeyPatch, api: str, key: str) -> Call:
    """The page's own function, with short waits and many of them."""
    monkeypatch.setenv("API", api)
    monkeypatch.setenv("KEY", key)
    client: dict[str, Any] = {}
    exec(compile(CLIENT, "booking-api.md", "exec"), client)
    client |= {"TRIES": 200, "FIRST_WAIT": 0.01, "LONGEST_WAIT": 0.2}
    call: Call = client["call"]
    call.refused = client["Refused"]  # type: ignore[attr-defined]
    return call


def one_order(call: Call, number: int) -> dict[str, str]:
    """What the client was told of its bookings: of each its status."""
    identifier = book_first(call, number)
    match number % 3:
        case 0:
            call("POST", f"/bookings/{identifier}/cancel", {}, key=str(uuid4()))
            return {identifier: "canceled"}
        case 1:
            moved = to_the_first(call, number, lambda free: move(call, identifier, free))
            return {identifier: "canceled", moved["newBookingId"]: "confirmed"}
    return {identifier: "confirmed"}


def book_first(call: Call, number: int) -> str:
    person = {"name": f"Guest {number}", "email": f"guest-{number}@example.com"}

    def book(free: dict[str, str]) -> Any:
        return call("POST", "/bookings", {"bookingType": "trial-lesson", **person, **free}, key=str(uuid4()))

    return str(to_the_first(call, number, book)["bookingId"])


def move(call: Call, identifier: str, free: dict[str, str]) -> Any:
    return call("POST", f"/bookings/{identifier}/reschedule", {"newSlot": free}, key=str(uuid4()))


def to_the_first(call: Call, number: int, take: Callable[[dict[str, str]], Any]) -> Any:
    """Free time that nobody else is faster to take."""
    day = slot(days=7 + number // 6 % 30).date()
    query = f"username=clara-finch&slug=trial-lesson&startDate={day}&endDate={day}"
    while True:
        try:
            return take(call("GET", f"/availability?{query}")["slots"][0])
        except call.refused as refused:  # type: ignore[attr-defined]
            if refused.code != "SLOT_NOT_AVAILABLE":
                raise


def all_as_stored() -> dict[str, str]:
    return {str(key): status for key, status in Booking.objects.values_list("pk", "status")}
