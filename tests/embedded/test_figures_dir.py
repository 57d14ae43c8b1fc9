"""The processes of `up` count together in memory: a full disk would kill whoever writes to a file mapped from it."""

import signal
from pathlib import Path

import pytest

from bookingflow.embedded import location
from tests.embedded.test_up import free_port, is_answered, up

SHARED_MEMORY = Path("/dev/shm")


@pytest.mark.skipif(not SHARED_MEMORY.is_dir(), reason="there is no /dev/shm here")
def test_what_is_counted_lies_in_memory_while_it_runs_and_is_gone_afterwards(tmp_path: Path) -> None:
    figures = location.figures_dir(tmp_path)
    assert figures.parent == SHARED_MEMORY
    port = free_port()
    with up(tmp_path, port) as process:
        assert is_answered(port)
        assert list(figures.glob("*.db"))
        assert not list(tmp_path.rglob("*.db"))
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    assert not figures.exists()
