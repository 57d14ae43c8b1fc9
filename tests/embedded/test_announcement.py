import json
from datetime import date
from pathlib import Path

from bookingflow.embedded.announcement import announcement

BASE_URL = "http://127.0.0.1:8123"
DEMO = {
    "organizations": [
        {
            "slug": "north-pier",
            "name": "North Pier",
            "staff": [
                {"email": "desk@example.com", "password": "other", "role": "front_desk"},
                {"email": "olive@example.com", "password": "secret-words", "role": "owner"},
            ],
            "apiKey": "bf_live_key",
            "rooms": [{"id": 7, "slug": "vault", "name": "The Vault"}],
        }
    ]
}


def told(data_dir: Path, *, cards: bool = False) -> str:
    return announcement(base_url=BASE_URL, data_dir=data_dir, today=date(2026, 12, 30), cards=cards)


def test_it_names_addresses_login_and_key_and_a_line_to_paste(tmp_path: Path) -> None:
    (tmp_path / "demo.json").write_text(json.dumps(DEMO))
    block = told(tmp_path)
    assert f"{BASE_URL}/admin/" in block
    assert f"{BASE_URL}/api/docs" in block
    assert "olive@example.com  password secret-words  (owner of North Pier)" in block
    assert (
        "curl -s -H 'Authorization: Bearer bf_live_key' "
        f"'{BASE_URL}/api/v1/schedules?room=7&startDate=2026-12-30&endDate=2027-01-05'" in block
    )


def test_without_demo_venues_it_says_how_to_begin(tmp_path: Path) -> None:
    assert "create_organization --help" in told(tmp_path)


def test_it_says_in_one_line_whether_cards_are_taken(tmp_path: Path) -> None:
    assert "set STRIPE_SECRET_KEY" in told(tmp_path)
    assert "taken with Stripe" in told(tmp_path, cards=True)
