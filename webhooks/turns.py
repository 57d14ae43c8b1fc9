"""One drain at a time in each worker, so that its other processes stay free for other work.

A worker's processes are forked from one parent and share the file that is opened here. A POSIX lock belongs to a
process and goes with it, also when it is killed; nothing is left over that a restarted worker would have to wait for.
"""

import fcntl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

_file = tempfile.TemporaryFile()  # noqa: SIM115


@contextmanager
def turn() -> Iterator[bool]:
    """Whether it is this process's turn."""
    try:
        fcntl.lockf(_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        yield False
        return
    try:
        yield True
    finally:
        fcntl.lockf(_file, fcntl.LOCK_UN)
