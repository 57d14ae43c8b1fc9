"""One drain at a time in each worker, so that its other threads and processes stay free for other work.

A worker has a pool of threads, or of processes that are forked from one parent and share the file that is opened here.
A POSIX lock belongs to a process and goes with it, also when it is killed; nothing is left over that a restarted worker
would have to wait for. Among the threads of one process it keeps nobody out, so there is a lock for these.
"""

import fcntl
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_file = tempfile.TemporaryFile()  # noqa: SIM115
_threads = threading.Lock()


@contextmanager
def turn() -> Iterator[bool]:
    """Whether it is this thread's turn."""
    if not _threads.acquire(blocking=False):
        yield False
        return
    try:
        with _turn_of_this_process() as mine:
            yield mine
    finally:
        _threads.release()


@contextmanager
def _turn_of_this_process() -> Iterator[bool]:
    try:
        fcntl.lockf(_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        yield False
        return
    try:
        yield True
    finally:
        fcntl.lockf(_file, fcntl.LOCK_UN)
