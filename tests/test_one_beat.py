"""Real beats on the test's own Redis, with no worker: what they send stays in the queue to be counted."""

import json
import time
from contextlib import ExitStack

import pytest
from redis import Redis

from bookingflow.beat import LOCK
from tests.processes import wait_until
from tests.webhooks.workers import celery

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("broker")]


def sent(broker: Redis) -> int:
    return int(broker.llen("celery"))


def test_a_second_beat_sends_only_when_the_first_is_killed(broker: Redis) -> None:
    with celery("beat") as first:
        wait_until(lambda: sent(broker) > 0, seconds=60)
        holder = broker.get(LOCK)
        with celery("beat"):
            sends_beside(broker, holder, messages=3)
            first.kill()
            wait_until(lambda: broker.get(LOCK) not in (None, holder), seconds=60)
            taken_over_with = sent(broker)
            wait_until(lambda: sent(broker) > taken_over_with, seconds=60)


def sends_beside(broker: Redis, holder: object, *, messages: int) -> None:
    before = sent(broker)
    wait_until(lambda: sent(broker) >= before + messages, seconds=60)
    assert broker.get(LOCK) == holder


def test_two_beats_wake_nobody_more_often_than_one(broker: Redis) -> None:
    """Every two seconds: five times in ten seconds, where two that both sent would need five."""
    with celery("beat"), celery("beat"):
        wait_until(lambda: drains(broker) > 1, seconds=60)
        before, began = drains(broker), time.monotonic()
        wait_until(lambda: drains(broker) >= before + 5, seconds=60)
        assert time.monotonic() - began > 7


def drains(broker: Redis) -> int:
    tasks = [json.loads(message)["headers"]["task"] for message in broker.lrange("celery", 0, -1)]
    return tasks.count("webhooks.drain")


def test_an_emptied_redis_leaves_one_beat_that_sends(broker: Redis) -> None:
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(celery("beat"))
        wait_until(lambda: sent(broker) > 0, seconds=60)
        broker.flushdb()
        wait_until(lambda: broker.get(LOCK) is not None and sent(broker) > 0, seconds=60)
        sends_beside(broker, broker.get(LOCK), messages=2)
