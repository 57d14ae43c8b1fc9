"""Real worker processes on the test's own database and Redis; targets on this machine are allowed."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from tests.processes import ROOT, database_url, start_manage

DRAIN = "from webhooks.delivery import drain; drain()"


@contextmanager
def drain_process(code: str = DRAIN, **environment: str) -> Iterator["subprocess.Popen[str]"]:
    """One drain in a process of its own."""
    environment = {"WEBHOOK_ALLOW_PRIVATE_TARGETS": "true"} | environment
    with start_manage("shell", "--no-imports", "-c", code, **environment) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def celery(*arguments: str, **environment: str) -> Iterator["subprocess.Popen[bytes]"]:
    """`celery -A bookingflow …` until the block is left; what it said is in the test's captured output."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "bookingflow", "--quiet", *arguments],
            env=os.environ
            | {"DATABASE_URL": database_url(), "WEBHOOK_ALLOW_PRIVATE_TARGETS": "true"}
            | environment,
            cwd=ROOT,
            stdout=said,
            stderr=said,
        )
        try:
            yield process
        finally:
            _end(process)
            said.seek(0)
            print(said.read().decode())  # noqa: T201


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
