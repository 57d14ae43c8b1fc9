"""The demo's logins and keys: the same at every start, whatever happened to file or database."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from bookingflow.demo.keeping import Document
from bookingflow.lib.errors import AlreadyExists, InvalidRequest, ServiceUnavailable
from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.models import ApiKey, Membership, Organization, User
from bookingflow.organizations.queries import find_key
from bookingflow.organizations.services import revoke_api_key
from rooms.models import Room
from tests.builders import make_organization
from tests.caller import Caller
from tests.demo.venues import BARE, load

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _cheap_passwords(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def loaded(data_dir: Path) -> Document:
    return load(data_dir, BARE)[0]


def opens(document: Document) -> bool:
    """Whether both the key and the owner's password do."""
    owner = document["staff"][0]
    me = Caller(document["apiKey"]).get("/api/v1/me")
    return me.status_code == 200 and User.objects.get(email=owner["email"]).check_password(owner["password"])


def secrets_of(document: Document) -> tuple[str, list[str]]:
    return document["apiKey"], [person["password"] for person in document["staff"]]


def another_database() -> None:
    """As empty as a new one."""
    Organization.objects.all().delete()
    User.objects.all().delete()


def test_they_stay_the_same(tmp_path: Path) -> None:
    first = loaded(tmp_path)
    assert opens(first)
    assert loaded(tmp_path) == first
    assert ApiKey.objects.count() == 1


def test_a_lost_file_is_made_anew_with_new_secrets(tmp_path: Path) -> None:
    first = loaded(tmp_path)
    (tmp_path / "demo.json").unlink()
    second = loaded(tmp_path)
    assert opens(second)
    assert first["apiKey"] != second["apiKey"]
    assert first["staff"][0]["password"] != second["staff"][0]["password"]
    assert loaded(tmp_path) == second


def test_a_new_database_gets_the_secrets_of_the_file(tmp_path: Path) -> None:
    first = loaded(tmp_path)
    another_database()
    second = loaded(tmp_path)
    assert opens(second)
    assert secrets_of(second) == secrets_of(first)


def test_a_database_loaded_from_another_folder_gets_the_secrets_of_this_one_too(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    first = loaded(here)
    another_database()
    loaded(there)
    again = loaded(here)
    assert opens(again)
    assert secrets_of(again) == secrets_of(first)


def test_a_key_that_was_revoked_is_followed_by_a_new_one(tmp_path: Path) -> None:
    first = loaded(tmp_path)
    revoke_api_key(key=ApiKey.objects.get(), actor=SYSTEM)
    second = loaded(tmp_path)
    assert opens(second)
    assert Caller(first["apiKey"]).get("/api/v1/me").status_code == 401


def test_who_left_the_staff_is_not_brought_back(tmp_path: Path) -> None:
    loaded(tmp_path)
    Membership.objects.all().delete()
    assert loaded(tmp_path)["staff"] == []
    (tmp_path / "demo.json").unlink()
    assert loaded(tmp_path)["staff"] == []


def test_who_signs_in_already_joins_the_staff_under_a_known_password(tmp_path: Path) -> None:
    User.objects.create_user(BARE.staff[0].email, "nobody-remembers-this")
    assert opens(loaded(tmp_path))


def test_closed_rooms_are_left_out(tmp_path: Path) -> None:
    loaded(tmp_path)
    organization = Organization.objects.get()
    schedule = organization.schedules.create(
        name="Loft", timezone="Europe/London", handle=organization.slug, hours={}
    )
    fields: dict[str, Any] = {"organization": organization, "schedule": schedule, "modes": ["private"]}
    fields |= {"durations": [60], "slot_interval_minutes": 60}
    Room.objects.create(**fields, name="Loft", slug="loft")
    Room.objects.create(**fields, name="Cellar", slug="cellar", active=False)
    assert [room["slug"] for room in loaded(tmp_path)["rooms"]] == ["loft"]


def test_somebody_elses_name_is_left_alone(tmp_path: Path) -> None:
    make_organization(slug=BARE.slug, name="Clara's Cakes")
    with pytest.raises(AlreadyExists, match="“clara-finch” is the name of another organization"):
        loaded(tmp_path)
    assert not ApiKey.objects.exists()
    assert not (tmp_path / "demo.json").exists()


def test_a_file_that_others_could_read_is_closed_again(tmp_path: Path) -> None:
    loaded(tmp_path)
    path = tmp_path / "demo.json"
    path.chmod(0o644)
    loaded(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["", "{}", '{"organizations": [{"slug": "clara-finch"}]}', "\udcff"])
def test_a_garbled_file_is_a_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "demo.json").write_text(text, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(InvalidRequest, match=r"demo\.json isn't as it was written\. Remove it"):
        loaded(tmp_path)


def test_a_data_folder_that_is_a_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    with pytest.raises(ServiceUnavailable, match="is a file, not a folder"):
        loaded(tmp_path / "data")


def test_other_venues_in_the_file_stay(tmp_path: Path) -> None:
    loaded(tmp_path)
    path = tmp_path / "demo.json"
    other = {"slug": "other", "name": "Other", "staff": [], "apiKey": "bf_live_x", "rooms": []}
    document = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({"organizations": [other, *document["organizations"]]}), encoding="utf-8")
    loaded(tmp_path)
    assert json.loads(path.read_text(encoding="utf-8"))["organizations"][0] == other


def test_the_key_is_stored_as_a_hash_alone(tmp_path: Path) -> None:
    text = loaded(tmp_path)["apiKey"]
    key = find_key(text.split("_")[2])
    assert key is not None
    assert text.encode() not in bytes(key.secret_hash)
