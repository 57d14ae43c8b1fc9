"""`.env.example` documents every setting that the environment decides, and no other."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
READ = re.compile(r'\b(?:env\.\w+|_rate|_networks)\(\s*"([A-Z_]+)"')
DOCUMENTED = re.compile(r"^([A-Z_]+)=", re.MULTILINE)


def test_every_setting_is_documented_once() -> None:
    read = set(READ.findall((ROOT / "bookingflow/settings.py").read_text()))
    documented = DOCUMENTED.findall((ROOT / ".env.example").read_text())
    assert sorted(documented) == sorted(read)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("DEBUG", "perhaps"),
        ("DATABASE_URL", "mysql://localhost/x"),
        ("REDIS_URL", "localhost:6379"),
        ("PUBLIC_URL", "book.example.com"),
        ("LOG_FORMAT", "xml"),
        ("WEBHOOK_TIMEOUT", "0"),
        ("WEBHOOK_RETRY_SCHEDULE", "1,never"),
        ("RATE_LIMIT_KEY", "600"),
        ("RATE_LIMIT_ADDRESS", "0/minute"),
        ("TRUSTED_PROXIES", "-1"),
        ("METRICS_ALLOW", "localhost"),
        ("WEB_WORKERS", "0"),
        ("STRIPE_SECRET_KEY", "pk_test_1"),
        ("STRIPE_PUBLISHABLE_KEY", "sk_test_1"),
        ("STRIPE_WEBHOOK_SECRET", "whsec_1,sk_test_1"),
        ("STRIPE_API_BASE", "api.stripe.com"),
    ],
)
def test_a_bad_value_stops_every_command_with_a_sentence_that_names_it(name: str, value: str) -> None:
    run = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={**os.environ, name: value},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode != 0
    assert name in run.stderr
    assert "Traceback" not in run.stderr
