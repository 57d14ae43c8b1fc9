"""The worker as `manage.py up` runs it, killed under load; leases run out by themselves and beat finds what is left."""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from bookingflow.embedded.programs import background_programs
from tests.processes import ROOT, wait_until
from tests.receiver import Receiver, Reply
from tests.webhooks.own_services import OwnServices, own_services
from tests.webhooks.test_faults_services import OF_THIS_TEST
from tests.webhooks.test_worker_killed import bodies_that_came
from tests.webhooks.workers import celery

UNDER_LEASE = "SELECT count(*) FROM webhooks_delivery WHERE leased_until IS NOT NULL"
# Several, for what a killed worker had under way keeps others from its endpoint until the lease runs out.
PATHS = ("/one", "/two", "/three", "/four", "/five", "/six")
LEFT = """
SELECT 1 FROM webhooks_event WHERE position IS NULL
UNION ALL SELECT 1 FROM webhooks_delivery WHERE status <> 'succeeded'
"""


@pytest.fixture
def own(tmp_path: Path) -> Iterator[OwnServices]:
    with own_services(tmp_path) as running:
        yield running


@contextmanager
def whole_worker(own: OwnServices) -> Iterator[int]:
    """In a process group of its own, whose number is given; killed as a whole at the end."""
    program = background_programs(worker_concurrency=4, data_dir=own.data_dir)[0]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [sys.executable, "-m", program.module, *program.arguments],
            env=os.environ | {"WEBHOOK_ALLOW_PRIVATE_TARGETS": "true"} | own.environment,
            cwd=ROOT, stdout=said, stderr=said, start_new_session=True,
        )  # fmt: skip
        try:
            yield process.pid
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.mark.timeout(3_000)
@pytest.mark.parametrize("kills", [3, pytest.param(100, marks=pytest.mark.faults)])
def test_a_whole_worker_killed_under_load_loses_no_event(
    own: OwnServices, receiver: Receiver, kills: int
) -> None:
    dice = random.Random(kills)
    events, under_lease = 25 * kills, 0
    for path in PATHS:
        receiver.answer(path, Reply(delay=0.03))
    with ExitStack() as stack:
        stack.enter_context(celery("beat", **own.environment))
        writer = stack.enter_context(own.write(receiver, events=events, pause=0.1, paths=PATHS))
        for _ in range(kills):
            with whole_worker(own):
                receiver.wait_for(len(receiver.requests()) + 10, seconds=120)
                time.sleep(dice.uniform(0, 0.3))
            under_lease += own.ask(UNDER_LEASE)[0][0]
        stack.enter_context(whole_worker(own))
        acknowledged = writer.acknowledged(seconds=60 + 10 * kills)
        wait_until(lambda: not own.ask(LEFT), seconds=120)
    recorded = {f"evt_{id.hex}": {body.encode()} for id, body in own.ask(OF_THIS_TEST)}
    requests = len(receiver.requests())
    print(f"{kills} kills, {under_lease} under lease, {len(acknowledged)} events, {requests} requests")  # noqa: T201
    assert under_lease
    assert len(acknowledged) == events
    assert acknowledged <= recorded.keys()
    assert [bodies_that_came(receiver, path) for path in PATHS] == [recorded] * len(PATHS)
