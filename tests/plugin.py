"""Gives the suite its PostgreSQL and Redis before pytest-django reads the settings: `-p tests.plugin`.

DATABASE_URL and REDIS_URL, where set, are used as they are; else a pair of its own is started in a temporary data
folder, fast and not durable. Under xdist the controller starts them, and each worker has its own Redis database
(pytest-django gives it its own PostgreSQL database).
"""

import os
import tempfile
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from environs import Env

from bookingflow.embedded import EmbeddedProblem, location, services, wanted_services

ROOT = Path(__file__).resolve().parents[1]


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    options = early_config.known_args_namespace
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        os.environ["REDIS_URL"] = redis_url_of(worker, os.environ["REDIS_URL"])
    elif not (options.help or options.version):
        _prepare(early_config)
    return (yield)


def pytest_report_header() -> list[str]:
    return [
        f"services: {os.environ.get('BOOKINGFLOW_TEST_SERVICES', 'as given by DATABASE_URL and REDIS_URL')}"
    ]


def redis_url_of(worker: str, url: str) -> str:
    """The address of the worker's own database: those of `gw0`, `gw1`, … follow the controller's."""
    parts = urlsplit(url)
    number = int(worker.removeprefix("gw")) + 1
    if parts.scheme == "unix":
        query = parse_qs(parts.query)
        database = int(query.pop("db", ["0"])[-1]) + number
        return f"unix://{parts.path}?{urlencode(query | {'db': database}, doseq=True)}"
    return parts._replace(path=f"/{int(parts.path.strip('/') or 0) + number}").geturl()


def _prepare(config: pytest.Config) -> None:
    Env().read_env(str(ROOT / ".env"), recurse=False)
    stack = ExitStack()
    config.add_cleanup(stack.close)
    data_dir = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bookingflow-tests-")))
    wanted = wanted_services(os.environ)
    try:
        stack.enter_context(services(data_dir, wanted=wanted, durable=False))
    except EmbeddedProblem as problem:
        raise pytest.UsageError(str(problem)) from None
    os.environ["BOOKINGFLOW_TEST_SERVICES"] = (
        f"embedded {' and '.join(wanted)}" if wanted else "given by address"
    )
    os.environ["DATABASE_URL"] = os.environ.get("DATABASE_URL") or location.database_url(data_dir)
    os.environ["REDIS_URL"] = os.environ.get("REDIS_URL") or location.redis_url(data_dir)
    os.environ["BOOKINGFLOW_DATA_DIR"] = str(data_dir)
    os.environ["SECRET_KEY"] = "a-key-for-tests-alone-" * 3
    os.environ["DEBUG"] = "false"
    # All tests call from one address, and some a thousand times: those of the limits set their own.
    os.environ["RATE_LIMIT_KEY"] = os.environ["RATE_LIMIT_ADDRESS"] = "1000000/minute"
