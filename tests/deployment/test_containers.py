"""The Dockerfile and docker-compose.yml, as far as they can be tried without a container: the files that the image
would hold are laid out, built and started as it would start them."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from tests.processes import ROOT, database_url, wait_until

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
PROCESSES = {name: each for name, each in COMPOSE["services"].items() if each.get("image") == "bookingflow"}
ENVIRONMENT: dict[str, str] = COMPOSE["x-environment"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def test_the_compose_file_is_one_by_the_specification() -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout


@pytest.mark.skipif(shutil.which("hadolint") is None, reason="there is no hadolint here")
def test_the_dockerfile_is_one_that_hadolint_likes() -> None:
    assert subprocess.run(["hadolint", "Dockerfile"], cwd=ROOT, check=False).returncode == 0


def test_every_process_has_a_service_and_the_migrations_come_first() -> None:
    assert {name: each["command"] for name, each in PROCESSES.items()} == {
        name: [name] for name in ("web", "worker", "beat", "migrate")
    }
    for name in ("web", "worker", "beat"):
        assert PROCESSES[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


def test_no_process_has_a_port_or_a_name_that_only_one_could_have() -> None:
    for process in PROCESSES.values():
        assert not {"ports", "container_name", "hostname"} & set(process)


def test_every_setting_that_compose_names_is_documented_and_the_needed_ones_are_there() -> None:
    documented = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert set(ENVIRONMENT) <= documented
    assert {"SECRET_KEY", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS", "PUBLIC_URL"} <= set(ENVIRONMENT)


def test_every_setting_but_those_of_one_machine_can_be_given_to_compose() -> None:
    of_one_machine = {
        "DEBUG",
        "PORT",
        "BOOKINGFLOW_DATA_DIR",
        "WEBHOOK_ALLOW_PRIVATE_TARGETS",
        "STRIPE_API_BASE",
    }
    documented = re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert set(documented) - of_one_machine == set(ENVIRONMENT)


def test_no_secret_has_a_default() -> None:
    for value in (
        ENVIRONMENT["SECRET_KEY"],
        COMPOSE["services"]["postgres"]["environment"]["POSTGRES_PASSWORD"],
    ):
        assert value.startswith("${")
        assert ":?" in value


def test_the_image_runs_on_a_python_that_we_support_and_as_nobody_in_particular() -> None:
    bases = re.findall(r"^FROM python:3\.(\d+)-slim", DOCKERFILE, re.MULTILINE)
    assert bases
    assert all(int(minor) >= 11 for minor in bases)
    assert re.search(r"^USER [1-9]\d*$", DOCKERFILE, re.MULTILINE)


def test_the_image_holds_every_app_and_no_tests(image: Path) -> None:
    for app in settings.INSTALLED_APPS:
        package = app.split(".")[0]
        assert not (ROOT / package).is_dir() or (image / package).is_dir(), package
    assert not (image / "tests").exists()
    assert (image / "requirements.txt").is_file()


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `COPY . .` would copy, by .dockerignore, with the static files collected."""
    folder = tmp_path_factory.mktemp("image")
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        if line.startswith("!"):
            source = ROOT / line[1:]
            copy: Any = shutil.copytree if source.is_dir() else shutil.copy2
            copy(source, folder / source.name)
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(collect, cwd=folder, check=True, env=_environment(SECRET_KEY="building"), timeout=120)
    return folder


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(300)
def test_the_image_migrates_serves_and_stops(image: Path, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ours = _environment(
        SECRET_KEY="x" * 40, DATABASE_URL=database_url(), BOOKINGFLOW_DATA_DIR=str(tmp_path), PORT=str(port),
        WEB_WORKERS="1", ALLOWED_HOSTS="book.example.com", PUBLIC_URL="https://book.example.com",
    )  # fmt: skip
    assert (
        subprocess.run(["docker/start", "migrate"], cwd=image, env=ours, timeout=120, check=False).returncode
        == 0
    )
    with _running("web", image, ours) as web:
        healthy = [sys.executable, "docker/healthy.py"]
        quiet: Any = {"cwd": image, "env": ours, "stderr": subprocess.DEVNULL}
        wait_until(lambda: subprocess.run(healthy, check=False, **quiet).returncode == 0, seconds=120)
        style = next((image / "staticfiles" / "unfold").rglob("*.css")).relative_to(image / "staticfiles")
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/static/{style}", headers={"Host": "book.example.com"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert answer.status == 200
        assert web.poll() is None


@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="only Linux tells which signals are caught"
)
@pytest.mark.timeout(300)
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("role", ["worker", "beat"])
def test_worker_and_beat_start_and_stop(role: str, image: Path, tmp_path: Path) -> None:
    ours = _environment(SECRET_KEY="x" * 40, DATABASE_URL=database_url(), BOOKINGFLOW_DATA_DIR=str(tmp_path))
    with _running(role, image, ours) as process:
        wait_until(lambda: _catches(process.pid, signal.SIGTERM), seconds=90)
        assert process.poll() is None


def _catches(pid: int, number: signal.Signals) -> bool:
    """Whether it got so far as to end in its own way."""
    caught = re.search(r"^SigCgt:\s+(\w+)", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return caught is not None and bool(int(caught[1], 16) >> (number - 1) & 1)


@contextmanager
def _running(role: str, image: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Stopped as an engine stops it: SIGTERM, upon which it ends by itself."""
    with subprocess.Popen(["docker/start", role], cwd=image, env=environment) as process:
        try:
            yield process
        except BaseException:
            process.kill()
            raise
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0


def _environment(**ours: str) -> dict[str, str]:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return os.environ | {"PATH": path, "PYTHONPATH": ""} | ours
