"""The processes that `manage.py up` keeps running: web, worker and beat."""

import socket
from pathlib import Path

from bookingflow.embedded.supervisor import Program

# As many as the pool has database connections: no thread ever waits for one.
WEB_THREADS = 8


def programs(
    *, listener: socket.socket, web_workers: int, worker_concurrency: int, data_dir: Path
) -> list[Program]:
    web = [_web(number, listener.fileno()) for number in range(1, web_workers + 1)]
    return [*web, *background_programs(worker_concurrency=worker_concurrency, data_dir=data_dir)]


def background_programs(*, worker_concurrency: int, data_dir: Path) -> list[Program]:
    return [_worker(worker_concurrency), _beat(data_dir)]


def _web(number: int, descriptor: int) -> Program:
    arguments = (str(descriptor), str(WEB_THREADS))
    return Program(f"web-{number}", "bookingflow.embedded.web", arguments, descriptors=(descriptor,))


def _worker(concurrency: int) -> Program:
    pool = ("--pool", "threads", "--concurrency", str(concurrency))
    return _celery("worker", *pool, "--without-gossip", "--without-mingle")


def _beat(data_dir: Path) -> Program:
    return _celery("beat", "--schedule", str(data_dir / "run" / "beat-schedule"), "--pidfile", "")


def _celery(command: str, *options: str) -> Program:
    arguments = ("--quiet", "-A", "bookingflow.celery", command, "--loglevel", "WARNING", *options)
    return Program(command, "celery", arguments)
