"""Advisory file locks. The kernel lets go of them when their holder ends, however it ends."""

import fcntl
import os
import time
from pathlib import Path


def take(path: Path, *, shared: bool = False) -> int | None:
    """Takes the lock at once or not at all; the answer is the descriptor to `release`, closed on exec."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def wait_for(path: Path, *, shared: bool = False, seconds: float) -> int | None:
    deadline = time.monotonic() + seconds
    while (descriptor := take(path, shared=shared)) is None and time.monotonic() < deadline:
        time.sleep(0.02)
    return descriptor


def release(descriptor: int) -> None:
    """Closes rather than unlocks: a forked child that shares the descriptor keeps its hold."""
    os.close(descriptor)


def is_free(path: Path, *, shared: bool = False) -> bool:
    """Whether the lock could be had now (`shared`: beside other shared holders), or its folder is gone."""
    try:
        descriptor = take(path, shared=shared)
    except FileNotFoundError:
        return True
    if descriptor is None:
        return False
    release(descriptor)
    return True
