"""Whatever is killed in the middle of it, every event that was committed arrives, always with the same body."""

import random
import time
from collections.abc import Iterator

import pytest

from bookingflow.embedded import POSTGRESQL, REDIS
from tests.processes import wait_until
from tests.receiver import Receiver, Reply
from tests.webhooks.own_services import OwnServices, own_services, worker_and_beat
from tests.webhooks.test_worker_killed import bodies_that_came

pytestmark = pytest.mark.timeout(3_000)

rounds = pytest.mark.parametrize("kills", [2, pytest.param(100, marks=pytest.mark.faults)])


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServices]:
    with own_services(tmp_path_factory.mktemp("killed")) as running:
        yield running


@pytest.mark.parametrize("service", [POSTGRESQL, REDIS])
@rounds
def test_a_killed_service_loses_no_event(
    own: OwnServices, receiver: Receiver, service: str, kills: int
) -> None:
    dice = random.Random(service)
    receiver.answer("/hooks", Reply(delay=0.03))
    with worker_and_beat(own), own.write(receiver, events=150 * kills, pause=0.01) as writer:
        for number in range(1, kills + 1):
            receiver.wait_for(10 * number, seconds=120)
            time.sleep(dice.uniform(0, 0.2))
            own.kill(service)
        acknowledged = writer.acknowledged(seconds=60 + 10 * kills)
        undelivered = "SELECT 1 FROM webhooks_delivery WHERE status <> 'succeeded'"
        unplaced = "SELECT 1 FROM webhooks_event WHERE position IS NULL"
        wait_until(lambda: not own.ask(unplaced) and not own.ask(undelivered), seconds=90)
    recorded = {f"evt_{id.hex}": {body.encode()} for id, body in own.ask(OF_THIS_TEST)}
    assert len(acknowledged) > kills * 20
    assert acknowledged <= recorded.keys()
    assert bodies_that_came(receiver, "/hooks") == recorded


OF_THIS_TEST = """
SELECT id, body FROM webhooks_event WHERE organization_id =
    (SELECT organization_id FROM webhooks_endpoint ORDER BY created_at DESC LIMIT 1)
"""
