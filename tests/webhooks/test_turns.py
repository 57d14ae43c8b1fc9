import multiprocessing
import os
import signal
from multiprocessing.connection import Connection

from webhooks.turns import turn


def hold(pipe: Connection) -> None:
    with turn() as mine:
        pipe.send(mine)
        pipe.recv()


def test_of_the_processes_of_one_worker_one_has_the_turn() -> None:
    """Forked, as a worker's are. The turn goes with its process, however that ends."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=hold, args=(theirs,), daemon=True)
    process.start()
    assert ours.recv()
    with turn() as mine:
        assert not mine
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join()
    with turn() as mine:
        assert mine
