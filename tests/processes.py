"""Real `manage.py` processes and connections beside the test, on the test's own database."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.db import connection

ROOT = Path(__file__).resolve().parents[1]


def start_manage(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    """Sees only what the test has committed: `django_db(transaction=True)`. The caller waits for its end."""
    return subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        env=os.environ | {"DATABASE_URL": database_url()} | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def run_manage(*arguments: str, timeout: float = 60, **environment: str) -> subprocess.CompletedProcess[str]:
    with start_manage(*arguments, **environment) as process:
        try:
            out, err = process.communicate(timeout=timeout)
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def one_document(out: str) -> Any:
    """What `--json` printed: exactly one JSON document on a line of its own."""
    lines = out.splitlines()
    assert len(lines) == 1, f"not one document: {out!r}"
    return json.loads(lines[0])


@contextmanager
def another_connection() -> Iterator[psycopg.Connection[Any]]:
    """A connection of its own to the test's database, committing each statement outside of `.transaction()`."""
    with psycopg.connect(database_url(), autocommit=True) as other:
        yield other


def wait_until(holds: Callable[[], bool], *, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"this did not come true within {seconds} s"
        time.sleep(0.02)


def database_url() -> str:
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
