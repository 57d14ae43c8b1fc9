"""The worker is woken after a commit, by few messages, and never at the cost of the request."""

import socket
import time
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from pytest_django import Settings
from redis import Redis

from bookingflow.organizations.models import Organization
from tests.builders import make_endpoint, make_event
from tests.receiver import Receiver
from webhooks.delivery import drain
from webhooks.wake import MARK, unmark

QUEUE = "celery"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def broker() -> Redis:
    """Nobody takes messages from it."""
    client = Redis.from_url(django_settings.REDIS_URL)
    client.delete(QUEUE, MARK)
    return client


def test_a_commit_wakes_the_worker(organization: Organization, broker: Redis) -> None:
    with transaction.atomic():
        make_event(organization)
        assert broker.llen(QUEUE) == 0
    assert broker.llen(QUEUE) == 1


def test_a_change_that_is_rolled_back_wakes_nobody(organization: Organization, broker: Redis) -> None:
    with transaction.atomic():
        make_event(organization)
        transaction.set_rollback(True)
    assert broker.llen(QUEUE) == 0


def test_a_burst_of_commits_is_one_message_until_a_drain_begins_to_look(
    organization: Organization, broker: Redis
) -> None:
    for _ in range(20):
        make_event(organization)
    assert broker.llen(QUEUE) == 1
    unmark()
    make_event(organization)
    assert broker.llen(QUEUE) == 2


def test_without_redis_the_change_commits_at_once_and_the_sweep_delivers(
    organization: Organization, receiver: Receiver, settings: Settings, tmp_path: Path
) -> None:
    make_endpoint(organization, url=receiver.url("/hooks"))
    settings.REDIS_URL = f"unix://{tmp_path}/none.sock"
    began = time.monotonic()
    events = [make_event(organization) for _ in range(5)]
    assert time.monotonic() - began < 1
    drain()
    sent = {request.headers["webhook-id"] for request in receiver.requests()}
    assert sent == {event.public_id for event in events}


def test_a_redis_that_hangs_holds_up_one_commit_for_a_moment_and_the_next_not_at_all(
    organization: Organization, settings: Settings
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        make_event(organization)
        silent.settimeout(1)
        silent.accept()
        for _ in range(5):
            make_event(organization)
        silent.settimeout(0.01)
        with pytest.raises(TimeoutError):
            silent.accept()
