"""docs/payments.md: its script goes the whole way of a card payment, against `manage.py up`, and the books add up."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import ROOT, wait_until
from tests.stripe.standin import PUBLISHABLE_KEY, SECRET_KEY, WEBHOOK_SECRET, standing_in

PAGE = (ROOT / "docs" / "payments.md").read_text()
SCRIPT = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
SHOWN = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)

pytestmark = pytest.mark.timeout(400)


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A running BookingFlow of its own, with the stand-in for Stripe, which tells it what happens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "REDIS_URL", "SECRET_KEY"}
    }
    with standing_in() as stripe, (tmp_path / "up.log").open("w+") as log:
        own = {
            "BOOKINGFLOW_DATA_DIR": str(tmp_path / "var"),
            "PORT": str(port),
            "STRIPE_SECRET_KEY": SECRET_KEY,
            "STRIPE_PUBLISHABLE_KEY": PUBLISHABLE_KEY,
            "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
            "STRIPE_API_BASE": stripe.url,
        }
        up = subprocess.Popen(
            [sys.executable, "manage.py", "up"], cwd=ROOT, env=inherited | own, stdout=log, stderr=log
        )
        try:
            said = tmp_path / "up.log"
            wait_until(lambda: "stops it" in said.read_text() or up.poll() is not None, seconds=180)
            assert "taken with Stripe" in said.read_text()
            hook = {"url": f"http://127.0.0.1:{port}/webhooks/stripe", "secret": WEBHOOK_SECRET}
            stripe.http.post(f"{stripe.localstripe}/_config/webhooks/house", json=hook).raise_for_status()
            key = json.loads((tmp_path / "var" / "demo.json").read_text())["organizations"][0]["apiKey"]
            told = {"API": f"http://127.0.0.1:{port}/api/v1", "KEY": key}
            yield inherited | own | told | {"STRIPE": stripe.url, "STRIPE_KEY": SECRET_KEY}
        finally:
            up.send_signal(signal.SIGINT)
            assert up.wait(60) == 0


def test_the_script_goes_the_way_that_the_page_shows(environment: dict[str, str]) -> None:
    (script,) = SCRIPT
    (shown,) = SHOWN
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert (done.stdout, done.stderr) == (shown, "")
    doctor = subprocess.run(
        [sys.executable, "manage.py", "doctor"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert doctor.returncode == 0, doctor.stdout
