"""The fault run: clients at work while things break, and what must hold when all stands again."""

import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.check_answers import faulty_answers, repeated
from tests.faults.check_bookings import wrong_bookings, wrong_reads
from tests.faults.check_deliveries import Told, faulty_deliveries
from tests.faults.check_times import times_held_twice
from tests.faults.faketime import clock_in
from tests.faults.history import Operation, read_records
from tests.faults.installation import Installation, installation
from tests.faults.killer import Killer
from tests.faults.listing import all_bookings
from tests.faults.venues import House, make_houses
from tests.processes import ROOT, one_document, wait_until
from tests.receiver import Receiver, Reply, receiving

CLIENTS_OF_A_HOUSE = 3
# After the last fault: the leases of the dead, the longest that a client goes on asking, and as much again.
SETTLED_WITHIN_SECONDS = 150
STUCK = {
    "events without a place": "SELECT id FROM webhooks_event WHERE position IS NULL AND alias_of_id IS NULL",
    "deliveries not made": "SELECT id FROM webhooks_delivery WHERE status <> 'succeeded'",
    "leases": "SELECT id FROM webhooks_delivery WHERE lease IS NOT NULL AND status <> 'succeeded'",
    "holds not swept": "SELECT id FROM bookings_booking WHERE status = 'pending' AND hold_expires_at < now()",
    "times of holds not freed": "SELECT id FROM rooms_claim WHERE expires_at < now()",
}


@dataclass
class Findings:
    """What was looked at, and what was wrong with it."""

    counted: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n".join(f"  {number:>7}  {what}" for what, number in self.counted.items())


def run_faults(folder: Path, seed: int, breaking: Callable[[Killer], None]) -> Findings:
    with ExitStack() as stack:
        whole = stack.enter_context(installation(folder / "data", clock_in(folder)))
        receivers = [stack.enter_context(receiving()) for _ in range(2)]
        _answer_badly(receivers, random.Random(seed))
        houses = make_houses(whole, receivers)
        with clients(whole, houses, folder) as files:
            killer = Killer(whole, random.Random(seed), files)
            breaking(killer)
        wait_until(whole.is_ready, seconds=SETTLED_WITHIN_SECONDS)
        findings = Findings(Counter(killer.done))
        (folder / "faults.log").write_text("\n".join(killer.log))
        _look(whole, houses, receivers, read_records(files), findings)
    return findings


def _answer_badly(receivers: list[Receiver], dice: random.Random) -> None:
    for receiver in receivers:
        receiver.answer("/steady", Reply(delay=0.02))
        replies = [
            Reply(status=dice.choice([200, 200, 200, 500]), delay=dice.random() / 10) for _ in range(3_000)
        ]
        receiver.answer("/flaky", *replies, Reply())


@contextmanager
def clients(whole: Installation, houses: list[House], folder: Path) -> Iterator[list[Path]]:
    """At work until the block is left; then each ends what it has begun."""
    until, records, processes = folder / "enough", [], []
    for house in houses:
        for lane in range(CLIENTS_OF_A_HOUSE):
            name = f"{house.slug}-{lane}"
            record, file = folder / f"{name}.jsonl", folder / f"{name}.json"
            orders = {
                "name": name,
                "lane": lane,
                "url": whole.url,
                "record": str(record),
                "until": str(until),
            }
            file.write_text(
                json.dumps(orders | {"house": house.slug, "key": house.key, "rooms": house.rooms})
            )
            command = [sys.executable, "-m", "tests.faults.client", str(file)]
            processes.append(subprocess.Popen(command, cwd=ROOT))
            records.append(record)
    try:
        yield records
    finally:
        until.touch()
        ended = [_ended(process) for process in processes]
    assert ended == [0] * len(processes), "a client broke off"


def _ended(process: "subprocess.Popen[bytes]") -> int:
    try:
        return process.wait(SETTLED_WITHIN_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def _look(
    whole: Installation,
    houses: list[House],
    receivers: list[Receiver],
    asked: list[Operation],
    found: Findings,
) -> None:
    answers = [attempt for each in asked for attempt in each.attempts if attempt.status is not None]
    found.counted["requests sent"] = sum(len(each.attempts) for each in asked)
    found.counted["requests acknowledged"] = sum(each.done for each in asked)
    found.counted["refused"] = sum(not each.done and not each.unknown for each in asked)
    found.counted["answers 503"] = sum(answer.status == 503 for answer in answers)
    found.counted["never answered"] = sum(each.unknown for each in asked)
    found.counted["answers to a key that had one"] = repeated(asked)
    found.faults += faulty_answers(asked)
    found.counted["answers checked"] = len(answers)
    found.counted["slowest answer in ms"] = max(round(answer.seconds * 1000) for answer in answers)
    found.faults += times_held_twice(asked, {house.slug: house.rooms for house in houses})
    found.faults += wrong_reads(asked)
    found.counted["reads checked"] = sum(each.what == "read" and each.done for each in asked)
    _look_at_stuck(whole, found)
    for house, receiver in zip(houses, receivers, strict=True):
        bookings = all_bookings(whole.url, house.key)
        found.counted["bookings checked"] += len(bookings)
        found.faults += wrong_bookings([each for each in asked if each.house == house.slug], bookings)
        _look_at_deliveries(whole, house, receiver, found)
    _ask_doctor(whole, found)


def _look_at_stuck(whole: Installation, found: Findings) -> None:
    """What is under way comes to its end by itself; holds run out within a minute and their sweep."""
    for what, query in STUCK.items():
        try:
            wait_until(lambda query=query: not whole.ask(query), seconds=SETTLED_WITHIN_SECONDS)
        except AssertionError:
            found.faults.append(f"{what}: {len(whole.ask(query))} after {SETTLED_WITHIN_SECONDS} s")


def _look_at_deliveries(whole: Installation, house: House, receiver: Receiver, found: Findings) -> None:
    rows = whole.ask(
        "SELECT id, subject_id, sequence, body FROM webhooks_event "
        f"WHERE organization_id = '{house.id}' AND alias_of_id IS NULL"
    )
    events = [Told(f"evt_{id.hex}", subject, sequence, body) for id, subject, sequence, body in rows]
    arrived = receiver.requests()
    for path in ("/steady", "/flaky"):
        own = [arrival for arrival in arrived if arrival.path == path]
        found.counted["deliveries checked"] += len(events)
        found.counted["deliveries beyond the first"] += len(own) - len(events)
        found.faults += faulty_deliveries(events, own, time.time() - time.monotonic())


def _ask_doctor(whole: Installation, found: Findings) -> None:
    examined = whole.command("doctor", "--json")
    checks: list[dict[str, Any]] = one_document(examined.stdout)["checks"]
    found.counted["doctor's checks"] = len(checks)
    found.faults += [f"doctor: {check['message']}" for check in checks if not check["ok"]]
