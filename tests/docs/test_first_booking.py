"""docs/first-booking.md is run as it stands, against `manage.py up`, and gives the output that it shows."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import ROOT, wait_until

PAGE = ROOT / "docs" / "first-booking.md"
FENCE = re.compile(r"```(sh|python|text)\n(.*?)```", re.DOTALL)
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
PORT_OF_RECEIVER = re.compile(r"127\.0\.0\.1:\d+")
NEXT = "=== next ==="

pytestmark = [
    pytest.mark.timeout(400),
    pytest.mark.skipif(shutil.which("curl") is None, reason="the page's commands need curl"),
]


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A running BookingFlow of its own, with the demo venues, as `make run` has it."""
    data_dir, port = tmp_path / "var", free_port()
    own = {"BOOKINGFLOW_DATA_DIR": str(data_dir), "PORT": str(port), "WEBHOOK_ALLOW_PRIVATE_TARGETS": "true"}
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "REDIS_URL", "SECRET_KEY"}
    }
    log = (tmp_path / "up.log").open("w+")
    up = subprocess.Popen(
        [sys.executable, "manage.py", "up"],
        cwd=ROOT,
        env=inherited | own,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        wait_until(
            lambda: "Ctrl-C stops it" in (tmp_path / "up.log").read_text() or up.poll() is not None,
            seconds=180,
        )
        assert up.poll() is None, (tmp_path / "up.log").read_text()
        key = json.loads((data_dir / "demo.json").read_text())["organizations"][0]["apiKey"]
        told = {"API": f"http://127.0.0.1:{port}/api/v1", "KEY": key, "HOOK_PORT": str(free_port())}
        yield inherited | own | told
    finally:
        up.send_signal(signal.SIGINT)
        assert up.wait(60) == 0
        log.close()


def test_the_page_does_what_it_shows(environment: dict[str, str]) -> None:
    run = subprocess.run(
        ["bash", "-c", as_script()],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    given = [comparable(output) for output in run.stdout.split(f"{NEXT}\n")]
    shown = [comparable(text) for kind, text in FENCE.findall(PAGE.read_text()) if kind == "text"]
    assert [output for output in given if output] == shown, run.stderr


def as_script() -> str:
    """The page's commands in their order; `receiver.py` is written where they run."""
    parts = ["set -u"]
    for kind, text in FENCE.findall(PAGE.read_text()):
        if kind == "sh":
            parts += [text.replace("$PWD/.venv/bin/python", sys.executable), f"echo '{NEXT}'"]
        elif kind == "python":
            parts.append(f"cat > receiver.py <<'PYTHON'\n{text}PYTHON")
    return "\n".join(parts)


def comparable(output: str) -> str:
    return PORT_OF_RECEIVER.sub("HOST", INSTANT.sub("INSTANT", output)).strip()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
