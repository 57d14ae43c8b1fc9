"""How the staff's pages show instants, links, lists of rows and documents."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import orjson
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from bookingflow.lib.zones import zone

EMPTY = "–"

# What audit rows and events are about, and the page that shows it.
PAGES = {
    "api_key": "organizations_apikey",
    "booking": "bookings_booking",
    "customer": "customers_customer",
    "endpoint": "webhooks_endpoint",
    "organization": "organizations_organization",
    "room": "rooms_room",
    "schedule": "rooms_schedule",
}

_CELL = "px-3 py-2 text-left align-top border-t border-base-200 dark:border-base-800"
# On a narrow screen it scrolls by itself: it asks the page for no width.
_FRAME = '<div class="overflow-x-auto" style="width: 0; min-width: 100%">'
_HEAD = "px-3 py-2 text-left font-semibold text-font-important-light dark:text-font-important-dark"


def local_time(instant: datetime | None, timezone: str) -> str:
    """`Sat 5 Dec 2026, 13:00 EST`, as the clock on that wall shows it."""
    if instant is None:
        return EMPTY
    at = instant.astimezone(zone(timezone))
    return f"{_day(at)}, {at:%H:%M} {at.tzname()}"


def local_span(start: datetime, end: datetime, timezone: str) -> str:
    """`Sat 5 Dec 2026, 13:00–14:00 EST`; the day of the end is named where it is another."""
    first, last = (instant.astimezone(zone(timezone)) for instant in (start, end))
    day = "" if first.date() == last.date() else f"{_day(last)}, "
    dash = " – " if day else "–"
    turn = "" if first.tzname() == last.tzname() else f" {first.tzname()}"
    return f"{_day(first)}, {first:%H:%M}{turn}{dash}{day}{last:%H:%M} {last.tzname()}"


def _day(at: datetime) -> str:
    return f"{at:%a} {at.day} {at:%b %Y}"


def link(page: str, key: object, text: object) -> SafeString:
    """To the page of one row; `page` is `rooms_room`."""
    return page_link(f"{page}_change", key, text)


def page_link(page: str, key: object, text: object) -> SafeString:
    """To whichever page of one row: `organizations_apikey_rotate`."""
    url = reverse(f"admin:{page}", args=[key])
    return format_html('<a href="{}" class="text-link">{}</a>', url, text)


def list_link(page: str, text: object, **filters: object) -> SafeString:
    """To the list of rows, filtered."""
    url = reverse(f"admin:{page}_changelist")
    return format_html('<a href="{}?{}" class="text-link">{}</a>', url, urlencode(filters), text)


def subject_link(subject_type: str, subject_id: str) -> SafeString | str:
    """To what an audit row or an event is about, where it has a page. Of a UUID its beginning tells enough."""
    short = subject_id if len(subject_id) < 12 else f"{subject_id[:8]}…"
    name = f"{subject_type.replace('_', ' ')} {short}"
    return link(PAGES[subject_type], subject_id, name) if subject_type in PAGES else name


def side_by_side(parts: Iterable[SafeString], between: str = " · ") -> SafeString:
    return format_html_join(between, "{}", ((each,) for each in parts))


def badge(text: str, colour: str = "") -> SafeString:
    """`colour` is success, info, warning, danger, or nothing in particular."""
    return render_to_string("unfold/helpers/label.html", {"text": text, "type": colour})


def unbroken(text: object) -> SafeString:
    """On one line."""
    return format_html('<span class="whitespace-nowrap">{}</span>', text)


def lines(texts: Iterable[object]) -> SafeString | str:
    return format_html_join(SafeString("<br>"), "{}", ((text,) for text in texts)) or EMPTY


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> SafeString | str:
    body = [format_html_join("", f'<td class="{_CELL}">{{}}</td>', ((cell,) for cell in row)) for row in rows]
    if not body:
        return EMPTY
    return format_html(
        _FRAME + '<table class="w-full"><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>',
        format_html_join("", f'<th class="{_HEAD}">{{}}</th>', ((head,) for head in heads)),
        format_html_join("", "<tr>{}</tr>", ((cells,) for cells in body)),
    )


def document(value: Any) -> SafeString | str:
    """JSON, laid out to be read; a text is taken for JSON."""
    shown = orjson.loads(value) if isinstance(value, str | bytes) else value
    if not shown:
        return EMPTY
    text = orjson.dumps(shown, option=orjson.OPT_INDENT_2).decode()
    return format_html('<pre class="whitespace-pre-wrap break-words text-xs">{}</pre>', text)
