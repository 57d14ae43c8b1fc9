"""Real processes for the tests of the embedded services, and what is alive of them."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]


def eventually(condition: Callable[[], bool], *, seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.03)
    return True


def living(data_dir: Path) -> list[str]:
    """The processes that work in a data folder: by working directory, command line or environment."""
    return [
        f"{process.pid} {process.name()}"
        for process in psutil.process_iter()
        if _belongs(process, str(data_dir))
    ]


def _belongs(process: psutil.Process, folder: str) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE or process.pid == os.getpid():
            return False
        places = [process.cwd(), *process.cmdline(), process.environ().get("BOOKINGFLOW_DATA_DIR", "")]
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
    return any(folder in place for place in places)


@contextmanager
def python(*arguments: str, environment: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    """A Python process with its output in `stdout`; killed at the end where it still runs."""
    process = subprocess.Popen(
        [sys.executable, *arguments], cwd=ROOT, env=os.environ | dict(environment or {}), text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@contextmanager
def user_of(data_dir: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that uses the data folder's services until its input is closed."""
    with python("-m", "tests.embedded.user", str(data_dir)) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process


def leave(process: subprocess.Popen[str]) -> None:
    """Closes a user's input and waits for its end."""
    process.communicate(timeout=30)
    assert process.returncode == 0
