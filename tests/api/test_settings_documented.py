"""`.env.example` documents every setting that the environment decides, and no other."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
READ = re.compile(r'\b(?:env\.\w+|_rate|_networks|_texts|_web_address)\(\s*"([A-Z_]+)"')
DOCUMENTED = re.compile(r"^([A-Z_]+)=", re.MULTILINE)


def test_every_setting_is_documented_once() -> None:
    read = set(READ.findall((ROOT / "bookingflow/settings.py").read_text()))
    documented = DOCUMENTED.findall((ROOT / ".env.example").read_text())
    assert sorted(documented) == sorted(read)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "65536"),
        ("ALLOWED_HOSTS", ""),
        ("ALLOWED_HOSTS", "https://book.example.com"),
        ("DATABASE_POOL_SIZE", "0"),
        ("DATABASE_URL", "nowhere"),
        ("DATABASE_URL", "postgresql://"),
        ("DATABASE_URL", "postgresql://host:x/name"),
        ("REDIS_URL", "redis://"),
        ("REDIS_URL", "redis://host:x"),
        ("EMAIL_URL", "nowhere"),
        ("EMAIL_URL", "http://host"),
        ("EMAIL_URL", "smtp://host:x"),
        ("DEFAULT_FROM_EMAIL", "BookingFlow"),
        ("SENTRY_DSN", "nowhere"),
        ("SENTRY_DSN", "https://key@host/x"),
        ("PUBLIC_URL", "https://["),
        ("PUBLIC_URL", "https://host:99999"),
        ("WEBHOOK_TIMEOUT", "3600"),
        ("WEBHOOK_ALLOW_PRIVATE_TARGETS", "perhaps"),
        ("WORKER_CONCURRENCY", "many"),
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


def test_the_example_as_it_stands_is_one_to_start_with(tmp_path: Path) -> None:
    """Copied to .env it leaves everything as it is without."""
    example = dict(re.findall(r"^([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))
    needed = {"SECRET_KEY": "x" * 40, "BOOKINGFLOW_DATA_DIR": str(tmp_path)}
    told = "from django.conf import settings; print(settings.PUBLIC_URL, settings.SECRET_KEY_FALLBACKS)"
    run = subprocess.run(
        [sys.executable, "-c", told], cwd=ROOT, env={**os.environ, **example, **needed},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (run.stdout, run.stderr) == ("http://127.0.0.1:8000 []\n", "")
