"""Every event at every endpoint, with one body, in its subject's order, and never in two hands at once."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from tests.receiver import Request

# What a receiver may judge a message by that was sent just now (Standard Webhooks).
TOLERANCE_SECONDS = 300


@dataclass(frozen=True)
class Told:
    """An event, as it stands in the log."""

    id: str
    subject: str
    sequence: int
    body: str


def faulty_deliveries(events: list[Told], arrivals: list[Request], offset: float) -> Iterator[str]:
    """Of one organization's events what came at one endpoint. `offset`: from the receiver's clock to the machine's."""
    by_event: dict[str, list[Request]] = defaultdict(list)
    for arrival in arrivals:
        by_event[arrival.headers["webhook-id"]].append(arrival)
    for event in events:
        yield from (f"{event.id}: {fault}" for fault in _faults_of(event, by_event.get(event.id, [])))
    for stranger in by_event.keys() - {event.id for event in events}:
        yield f"{stranger} is in no log"
    yield from _out_of_order(events, by_event)
    for arrival in arrivals:
        if abs(int(arrival.headers["webhook-timestamp"]) - (arrival.at + offset)) > TOLERANCE_SECONDS:
            yield f"{arrival.headers['webhook-id']}: sent with another time than the database's"


def _faults_of(event: Told, arrivals: list[Request]) -> Iterator[str]:
    if not arrivals:
        yield "never came"
    if any(json.loads(arrival.body) != json.loads(event.body) for arrival in arrivals):
        yield "came with another body"
    answered = sorted((each.at, each.answered_at) for each in arrivals if each.answered_at is not None)
    for (_, earlier_end), (later, _) in pairwise(answered):
        if later < earlier_end:
            yield "was in the hands of two senders at once"


def _out_of_order(events: list[Told], by_event: dict[str, list[Request]]) -> Iterator[str]:
    subjects: dict[str, list[Told]] = defaultdict(list)
    for event in events:
        subjects[event.subject].append(event)
    for own in subjects.values():
        for earlier, later in pairwise(sorted(own, key=lambda event: event.sequence)):
            if (
                by_event[earlier.id]
                and by_event[later.id]
                and _first(by_event[earlier.id]) > _first(by_event[later.id])
            ):
                yield f"{later.id} came before {earlier.id} of the same subject"


def _first(arrivals: list[Request]) -> float:
    return min(arrival.at for arrival in arrivals)
