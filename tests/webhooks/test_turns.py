import multiprocessing
import os
import signal
from concurrent.futures import ThreadPoolExecutor
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


def test_of_the_threads_of_one_worker_one_has_the_turn() -> None:
    def have_a_turn() -> bool:
        with turn() as mine:
            return mine

    with ThreadPoolExecutor(1) as other_thread:
        with turn() as mine:
            assert mine
            assert not other_thread.submit(have_a_turn).result()
            assert not other_thread.submit(have_a_turn).result(), "who was refused took the turn from nobody"
        assert other_thread.submit(have_a_turn).result()
