"""Beat goes on waking the tasks when the machine's clock is put forward or back."""

from pathlib import Path

import pytest
from redis import Redis

from tests.faults.faketime import clock_in
from tests.processes import wait_until
from tests.webhooks.workers import celery

QUEUE = "celery"


@pytest.mark.django_db(transaction=True)
def test_a_clock_that_jumps_delays_no_sweep(broker: Redis, tmp_path: Path) -> None:
    clock = clock_in(tmp_path)
    if not clock.jumps:
        pytest.skip("libfaketime is not installed (requirements-faults.txt; it needs a C compiler)")
    with celery("beat", "--pidfile", "", **clock.environment):
        wait_until(lambda: broker.llen(QUEUE) > 0, seconds=60)
        for seconds in (-3_600, 3_600, -400_000):
            clock.jump(seconds)
            already = broker.llen(QUEUE)
            wait_until(lambda already=already: broker.llen(QUEUE) >= already + 4, seconds=40)
