"""A document as a row of a CSV file: one column for each value, named by its path; lists and maps as JSON.

A spreadsheet runs a cell that begins like a formula, so such a cell is written behind an apostrophe, and one that has
an apostrophe of its own behind another: what is read back is what was written.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from bookingflow.lib import json

Document = dict[str, Any]

COLUMNS = (
    "id", "reference", "status", "room.bookingType", "room.slug", "room.name", "start", "end", "timezone",
    "durationMinutes", "mode", "guests", "customer.name", "customer.email", "customer.phone",
    "price.currency", "price.total", "price.deposit", "price.paid", "price.refunded", "price.lines", "payments",
    "cancellationPolicy", "notes", "metadata", "source", "canceledAt", "cancelReason", "rescheduledFrom", "createdAt",
)  # fmt: skip
NUMBERS = frozenset(
    {"durationMinutes", "guests", "price.total", "price.deposit", "price.paid", "price.refunded"}
)
DOCUMENTS = frozenset({"price.lines", "payments", "cancellationPolicy", "metadata"})
# Blank means an empty text, not that nothing was said.
TEXTS = frozenset({"notes", "customer.phone"})

# How a formula begins, in any spreadsheet, behind white space too.
_RUN = frozenset("=+-@|%＝＋－＠\t\r\n")
_MARK = "'"


def to_cells(document: Mapping[str, Any]) -> list[str]:
    return [_cell(_value_at(document, path)) for path in COLUMNS]


def from_cells(columns: Sequence[str], cells: Sequence[str]) -> Document:
    """Blank cells are left out. What is no number or no JSON stays text, for the reader of the document to refuse."""
    document: Document = {}
    for path, cell in zip(columns, cells, strict=True):
        if cell != "" or path in TEXTS:
            *parents, name = path.split(".")
            place = document
            for parent in parents:
                place = place.setdefault(parent, {})
            place[name] = _value(path, restored(cell))
    return document


def defused(text: str) -> str:
    return _MARK + text if _needs_mark(text) else text


def restored(cell: str) -> str:
    return cell[1:] if cell[:1] == _MARK and _needs_mark(cell[1:]) else cell


def _needs_mark(text: str) -> bool:
    return text[:1] in _RUN or text.lstrip()[:1] in _RUN | {_MARK} if text else False


def _value_at(document: Mapping[str, Any], path: str) -> Any:
    value: Any = document
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return defused(value)
    return json.dumps(value).decode()


def _value(path: str, text: str) -> Any:
    if path not in NUMBERS | DOCUMENTS:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
