"""The block that `manage.py up` prints once everything answers."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

RULE = "─" * 78
DAYS_SHOWN = 6
CARDS = "taken with Stripe"
NO_CARDS = "not taken: set STRIPE_SECRET_KEY to take them (docs/payments.md)"


def announcement(*, base_url: str, data_dir: Path, today: date, cards: bool) -> str:
    """Addresses, whether `cards` are taken, the demo's login and key where `<data_dir>/demo.json` has them."""
    lines = [
        RULE,
        "BookingFlow is running. Ctrl-C stops it.",
        "",
        f"  Admin         {base_url}/admin/",
        f"  API docs      {base_url}/api/docs",
        f"  API           {base_url}/api/v1",
        f"  Cards         {CARDS if cards else NO_CARDS}",
        "",
        *_demo_lines(_organizations(data_dir), base_url, today),
        RULE,
    ]
    return "\n".join(lines)


def overview(*, base_url: str, data_dir: Path) -> dict[str, Any]:
    """The same for a program."""
    first = _first(_organizations(data_dir))
    return {
        "admin": f"{base_url}/admin/",
        "apiDocs": f"{base_url}/api/docs",
        "api": f"{base_url}/api/v1",
        "demo": None if first is None else {**_owner(first), "apiKey": first["apiKey"]},
    }


def _first(organizations: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Its staff may have left, and its rooms been closed."""
    return next((each for each in organizations if each["staff"] and each["rooms"]), None)


def _owner(organization: dict[str, Any]) -> dict[str, str]:
    staff: list[dict[str, str]] = organization["staff"]
    return next((person for person in staff if person["role"] == "owner"), staff[0])


def _demo_lines(organizations: list[dict[str, Any]], base_url: str, today: date) -> list[str]:
    first = _first(organizations)
    if first is None:
        return [
            "  To begin: manage.py create_organization --help, create_staff --help, create_api_key --help"
        ]
    owner = _owner(first)
    room = first["rooms"][0]["id"]
    period = f"startDate={today}&endDate={today + timedelta(days=DAYS_SHOWN)}"
    return [
        f"  Demo login    {owner['email']}  password {owner['password']}  ({owner['role']} of {first['name']})",
        f"  Demo API key  {first['apiKey']}",
        "",
        "  Free slots of a demo room this week:",
        f"  curl -s -H 'Authorization: Bearer {first['apiKey']}' '{base_url}/api/v1/schedules?room={room}&{period}'",
    ]


def _organizations(data_dir: Path) -> list[dict[str, Any]]:
    try:
        document = json.loads((data_dir / "demo.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    found: list[dict[str, Any]] = document["organizations"]
    return found
