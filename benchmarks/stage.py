"""A scratch database and a web server on it, both gone afterwards. Nothing else is touched."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from psycopg import sql

from bookingflow.embedded import ports
from bookingflow.embedded.programs import programs

ROOT = Path(__file__).resolve().parents[1]
READY_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Server:
    url: str
    workers: int
    processes: tuple[int, ...]

    def resident_mebibytes(self) -> list[int]:
        """Of each process that serves (granian's own parent does not), where the system tells (Linux); else nothing."""
        statuses = [Path(f"/proc/{pid}/status") for parent in self.processes for pid in _children(parent)]
        texts = [status.read_text() for status in statuses if status.exists()]
        return [int(text.split("VmRSS:")[1].split()[0]) // 1024 for text in texts if "VmRSS:" in text]


def _children(pid: int) -> list[str]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return listed.read_text().split() if listed.exists() else []


@contextmanager
def scratch_database() -> Iterator[str]:
    """Made and migrated, and this process's own connection moved to it; dropped at the end. Gives its name."""
    original = connection.settings_dict["NAME"]
    name = f"bench_{os.getpid()}"
    parameters = connection.get_connection_params()
    server = {key: parameters[key] for key in ("host", "port", "user", "password") if parameters.get(key)}
    with psycopg.connect(dbname=original, **server, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            _use(name)
            call_command("migrate", verbosity=0)
            yield name
        finally:
            _use(original)
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def url_of(database: str) -> str:
    return urlsplit(settings.DATABASE_URL)._replace(path=f"/{database}").geturl()


@contextmanager
def web_server(
    database_url: str, *, workers: int, redis_url: str = "", quiet: bool = False, **others: str
) -> Iterator[Server]:
    """The web processes of `manage.py up`, on a free port, with the same flags. `others`: of the environment.
    `quiet`: their log is written all the same, to nowhere."""
    listener = ports.listen(ports.resolve("127.0.0.1", 0))
    port = listener.getsockname()[1]
    environment = os.environ | {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url or settings.REDIS_URL,
        "SECRET_KEY": settings.SECRET_KEY,
        "PORT": str(port),
        **others,
    }
    wanted = programs(
        listener=listener, web_workers=workers, worker_concurrency=1, data_dir=settings.DATA_DIR
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-m", program.module, *program.arguments],
            cwd=ROOT,
            env=environment,
            pass_fds=program.descriptors,
            stderr=subprocess.DEVNULL if quiet else None,
        )
        for program in wanted
        if program.name.startswith("web")
    ]
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_ready(url)
        yield Server(url, workers, tuple(process.pid for process in started))
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(30)
        listener.close()


def _use(name: str) -> None:
    connections.close_all()
    connection.close_pool()  # type: ignore[attr-defined]
    connection.settings_dict["NAME"] = name


def _wait_until_ready(url: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/readyz", timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise RuntimeError("the web server didn't come up")
