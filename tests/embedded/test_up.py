"""`manage.py up` as a whole, in a data folder and on a port of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.embedded.processes import eventually, living, python
from tests.processes import ROOT


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def settings_of(data_dir: Path) -> dict[str, str]:
    """An environment in which the suite's own services and key are not set."""
    return {"BOOKINGFLOW_DATA_DIR": str(data_dir), "DATABASE_URL": "", "REDIS_URL": "", "SECRET_KEY": ""}


def command(data_dir: Path, *arguments: str) -> tuple[int, str]:
    with python("manage.py", *arguments, environment=settings_of(data_dir)) as process:
        output = process.communicate(timeout=60)[0]
    return process.returncode, output


@contextmanager
def up(data_dir: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """`manage.py up`, read as far as the block that it prints when it serves."""
    arguments = ("manage.py", "up", "--no-demo", "--port", str(port))
    with python(*arguments, environment=settings_of(data_dir) | {"WEB_WORKERS": "1"}) as process:
        read_until(process, "BookingFlow is running")
        yield process


def is_answered(port: int) -> bool:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=30) as answer:
        return bool(answer.status == 200)


def read_until(process: subprocess.Popen[str], text: str) -> None:
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if text in line:
            return
    raise AssertionError("".join(lines))


def test_up_serves_beside_others_until_sigterm_and_leaves_no_process(tmp_path: Path) -> None:
    port = free_port()
    with up(tmp_path, port) as process:
        assert is_answered(port)
        assert command(tmp_path, "migrate", "--check") == (0, "")
        assert command(tmp_path, "up") == (1, f"{another_up(tmp_path)}\n")
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
        assert living(tmp_path) == []


def another_up(data_dir: Path) -> str:
    return (
        f"Another `up` already runs on the data folder {data_dir}: "
        "stop it, or choose another folder with BOOKINGFLOW_DATA_DIR."
    )


def test_a_killed_up_leaves_no_process_and_the_next_one_starts(tmp_path: Path) -> None:
    with up(tmp_path, free_port()) as process:
        process.kill()
        assert eventually(lambda: living(tmp_path) == []), living(tmp_path)
    port = free_port()
    with up(tmp_path, port) as process:
        kill_first(tmp_path, "bookingflow.embedded.web")
        assert is_answered(port), "the connection waits in the socket that the supervisor holds"
        kill_first(tmp_path, "celery")
        read_until(process, "was killed by signal 9: it is started again")
        kill_first(tmp_path, "bookingflow.embedded.guardian")
        read_until(process, "had ended: both are started again")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
        assert living(tmp_path) == []


def kill_first(data_dir: Path, word: str) -> None:
    for entry in living(data_dir):
        process = psutil.Process(int(entry.split()[0]))
        if word in process.cmdline():
            process.kill()
            return
    raise AssertionError(f"nothing runs {word}: {living(data_dir)}")


def test_with_json_one_document_tells_where_it_serves_and_nothing_else_is_printed(tmp_path: Path) -> None:
    port = free_port()
    environment = os.environ | settings_of(tmp_path) | {"WEB_WORKERS": "1"}
    arguments = ("manage.py", "up", "--no-demo", "--json", "--port", str(port))
    with (
        (tmp_path / "lines").open("w") as lines,
        subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=lines,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        document = json.loads(process.stdout.readline())
        assert document["api"] == f"http://127.0.0.1:{port}/api/v1"
        assert document["demo"] is None
        assert is_answered(port)
        process.send_signal(signal.SIGTERM)
        assert process.stdout.read() == ""
        assert process.wait(timeout=30) == 0


@pytest.mark.parametrize("port", ["-1", "0", "65536", "http"])
def test_a_port_that_is_none_is_misuse(tmp_path: Path, port: str) -> None:
    assert command(tmp_path, "up", f"--port={port}")[0] == 2


@pytest.mark.parametrize(
    ("setting", "told"),
    [({"PORT": "eighty"}, "PORT"), ({"BOOKINGFLOW_DATA_DIR": "/dev/null"}, "data folder")],
)
def test_what_stops_a_command_before_it_began_is_one_document_too(
    tmp_path: Path, setting: dict[str, str], told: str
) -> None:
    stopped = subprocess.run(
        [sys.executable, "manage.py", "list_api_keys", "--organization=a", "--json"],
        cwd=ROOT, env=os.environ | settings_of(tmp_path) | setting, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert stopped.returncode == 1
    assert told in json.loads(stopped.stdout)["error"]["message"]
    assert told in stopped.stderr
