"""All bookings of an organization, page by page, as an integrator reads them."""

import json
import urllib.request
from typing import Any
from urllib.parse import urlsplit


def all_bookings(url: str, api_key: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    path: str | None = "/api/v1/bookings?limit=200&ordering=createdAt"
    while path:
        page = _page(url + path, api_key)
        found += page["results"]
        path = _path_of(page["next"]) if page["next"] else None
    return found


def _page(address: str, api_key: str) -> Any:
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {api_key}"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def _path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"
