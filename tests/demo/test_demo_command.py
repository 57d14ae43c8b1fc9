"""`manage.py demo` as a real process."""

from pathlib import Path

import pytest

from bookings.models import Booking
from tests.builders import make_organization
from tests.processes import one_document, run_manage, start_manage

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


def test_two_at_once_load_it_once_and_say_the_same_and_the_doctor_is_content(tmp_path: Path) -> None:
    folder = {"BOOKINGFLOW_DATA_DIR": str(tmp_path)}
    twins = [start_manage("demo", "--json", **folder) for _ in range(2)]
    outcomes = [twin.communicate(timeout=120) for twin in twins]
    assert [(twin.returncode, err) for twin, (_, err) in zip(twins, outcomes, strict=True)] == [(0, "")] * 2
    first, second = (one_document(out) for out, _ in outcomes)
    assert first == second
    assert [venue["slug"] for venue in first["organizations"]] == ["north-pier", "clara-finch", "hidamari"]
    loaded = Booking.objects.count()
    told = run_manage("demo", timeout=120, **folder)
    assert (told.returncode, told.stderr, Booking.objects.count()) == (0, "", loaded)
    assert first["organizations"][2]["apiKey"] in told.stdout
    assert run_manage("doctor", "--json", timeout=120, **folder).returncode == 0


def test_what_hinders_it_is_a_sentence(tmp_path: Path) -> None:
    make_organization(slug="north-pier", name="Another North Pier")
    failed = run_manage("demo", "--json", timeout=120, BOOKINGFLOW_DATA_DIR=str(tmp_path))
    assert failed.returncode == 1
    assert one_document(failed.stdout)["error"]["code"] == "ALREADY_EXISTS"
    assert "Traceback" not in failed.stderr
    assert not Booking.objects.exists()
