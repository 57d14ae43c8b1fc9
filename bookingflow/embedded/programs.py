"""The processes that `manage.py up` keeps running: web, worker and beat."""

import sys
from pathlib import Path

from bookingflow.embedded.supervisor import Program

# As many as the pool has database connections: no thread ever waits for one.
WEB_THREADS = 8
HEADER_BYTES = 65_536
WORKER_KILL_SECONDS = 8


def programs(
    *, host: str, port: int, web_workers: int, worker_concurrency: int, data_dir: Path
) -> list[Program]:
    return [*_web(host, port, web_workers), _worker(worker_concurrency), _beat(data_dir)]


def _web(host: str, port: int, workers: int) -> list[Program]:
    """On Linux each worker is a program of its own on the shared port (SO_REUSEPORT), so that one dying leaves the
    others alone; other systems don't spread connections over such sockets, there granian shares one socket."""
    address = ("--host", host, "--port", str(port), "--http", "1", "--no-ws", "--interface", "wsgi")
    limits = ("--blocking-threads", str(WEB_THREADS), "--http1-buffer-size", str(HEADER_BYTES))
    ending = ("--workers-kill-timeout", str(WORKER_KILL_SECONDS), "--log-level", "error")
    arguments = (*address, *limits, *ending, "bookingflow.wsgi:application")
    if sys.platform == "linux":
        return [Program(f"web-{number}", "granian", arguments) for number in range(1, workers + 1)]
    return [Program("web", "granian", ("--workers", str(workers), "--respawn-failed-workers", *arguments))]


def _worker(concurrency: int) -> Program:
    pool = ("--pool", "threads", "--concurrency", str(concurrency))
    return _celery("worker", *pool, "--without-gossip", "--without-mingle")


def _beat(data_dir: Path) -> Program:
    return _celery("beat", "--schedule", str(data_dir / "run" / "beat-schedule"), "--pidfile", "")


def _celery(command: str, *options: str) -> Program:
    arguments = ("--quiet", "-A", "bookingflow.celery", command, "--loglevel", "WARNING", *options)
    return Program(command, "celery", arguments)
