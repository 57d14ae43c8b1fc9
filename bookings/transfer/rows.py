"""A document from a file, checked field by field, as a row that can be brought in. Reads no database."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.validators import validate_email
from rest_framework.exceptions import ValidationError

from bookingflow.api.fields import (
    METADATA_KEY_LENGTH,
    METADATA_KEYS,
    METADATA_VALUE_LENGTH,
    InstantField,
)
from bookingflow.lib.errors import Fault
from bookingflow.lib.references import is_reference, normalised_reference
from bookingflow.lib.shapes import Fields, ShapeError
from bookings.payments.brought_in import GivenBack, Paid
from bookings.payments.models import Method, RefundPurpose
from bookings.services.bring_in import Agreed
from bookings.services.bring_in_many import Row
from bookings.transfer.cells import COLUMNS, Document
from customers.services import Person
from rooms.cancellation import PolicyError, parse_policy
from rooms.models import Room
from rooms.places import LONGEST_MINUTES
from rooms.price_list import MOST_GUESTS
from rooms.pricing import Line, Quote

NAMES = tuple(dict.fromkeys(path.split(".")[0] for path in COLUMNS))
LINE_KINDS = ("base", "guests", "adjustment", "tax")
MOST_LINES = 500
# Of a sum: a thousand guests may pay the highest price each.
MOST_MINOR = 10**15
NEVER = datetime.min.replace(tzinfo=UTC)
LONGEST_TEXT, LONGEST_NOTES, LONGEST_NAME, LONGEST_PHONE, LONGEST_EMAIL = 500, 5_000, 200, 40, 254
_INSTANT = InstantField()


class Rooms:
    """An organization's rooms, by each name that a file may know them by."""

    def __init__(self, rooms: Sequence[Room]) -> None:
        self._by_name = {
            name: room for room in rooms for name in (room.slug, room.booking_type, str(room.pk))
        }

    def find(self, names: Sequence[object]) -> Room | None:
        """The first of these names that is known."""
        found = (self._by_name.get(str(name)) for name in names if name is not None)
        return next((room for room in found if room is not None), None)


def read_row(line: int, document: Document, rooms: Rooms) -> Row:
    """Raises ShapeError with all that is wrong with the document by itself."""
    faults: list[Fault] = []
    fields = _Row(document, names=NAMES, faults=faults)
    room = rooms.find(fields.room_names())
    if room is None:
        fields.note("room", "not_found", "There is no such room here, neither by its bt- id nor by its slug.")
    agreed, person = fields.agreed(), fields.person()
    key, reference, predecessor = fields.key("id"), fields.reference(), fields.key("rescheduledFrom")
    if faults or room is None or agreed is None:
        raise ShapeError(faults)
    return Row(line, room, agreed, person, key, reference, predecessor)


class _Row(Fields):
    def room_names(self) -> list[object]:
        room = self.values.get("room")
        if isinstance(room, Mapping):
            return [room.get("bookingType"), room.get("slug"), None if "slug" in room else room.get("id")]
        return [room]

    def agreed(self) -> Agreed | None:
        start = self.instant("start")
        if start is None:
            if not self.has("start"):
                self._missing("start")
            return None
        return Agreed(
            start=start,
            status=self.word("status", "confirmed"),
            end=self.instant("end"),
            duration_minutes=self.integer("durationMinutes", 1, LONGEST_MINUTES)
            if self.has("durationMinutes")
            else None,
            guests=self.integer("guests", 1, MOST_GUESTS) if self.has("guests") else None,
            mode=self.word("mode", "") or None,
            price=self.price(),
            policy=self.policy(),
            paid=self.paid(),
            notes=self.free_text("notes", LONGEST_NOTES),
            metadata=self.metadata(),
            booked_at=self.instant("createdAt"),
            canceled_at=self.instant("canceledAt"),
            cancel_reason=self.free_text("cancelReason", LONGEST_TEXT) or None,
        )

    def person(self) -> Person | None:
        """None for one who was erased: without an email there is nobody."""
        names = ("name", "email", "phone", "id")
        fields = _Row(self.values.get("customer", {}), names=names, faults=self.faults, path="customer")
        if not fields.has("email"):
            return None
        email = fields.text("email", LONGEST_EMAIL)
        try:
            validate_email(email)
        except DjangoValidationError:
            fields.note("email", "invalid", "This is no email address.")
        name, phone = fields.text("name", LONGEST_NAME), fields.free_text("phone", LONGEST_PHONE)
        return {"name": name, "email": email, "phone": phone}

    def price(self) -> Quote | None:
        if not self.has("price"):
            return None
        names = ("currency", "total", "deposit", "paid", "refunded", "due", "lines")
        fields = _Row(self.values["price"], names=names, faults=self.faults, path="price")
        if fields.readable and set(fields.values) <= {"paid", "refunded", "due"}:
            return None
        return Quote(
            fields.text("currency", 3),
            fields.integer("total", 0, MOST_MINOR),
            fields.integer("deposit", 0, MOST_MINOR, 0),
            tuple(line.line() for line in fields.objects("lines", _LINE, MOST_LINES)),
        )

    def line(self) -> Line:
        kind = self.word("kind", "")
        if kind not in LINE_KINDS:
            self.note("kind", "invalid_choice", f"Choose one of {', '.join(LINE_KINDS)}.")
        amounts = (
            self.integer(name, -MOST_MINOR, MOST_MINOR) for name in ("quantity", "unitAmount", "amount")
        )
        return Line(kind, self.text("label", LONGEST_TEXT), *amounts)

    def paid(self) -> list[Paid]:
        paid = [each.payment() for each in self.objects("payments", _PAYMENT, MOST_LINES)]
        told = self.values.get("price")
        told = told if isinstance(told, Mapping) else {}
        refunds = [refund.amount for each in paid for refund in each.refunds]
        for name, amounts in (("paid", [each.amount for each in paid]), ("refunded", refunds)):
            if told.get(name) is not None and told[name] != sum(amounts):
                self.note(f"price.{name}", "invalid", f"The payments come to {sum(amounts)}.")
        return paid

    def payment(self) -> Paid:
        return Paid(
            self.integer("amount", 1, MOST_MINOR),
            self.choice("method", Method),
            self.past("createdAt"),
            self.free_text("note", LONGEST_TEXT),
            [each.refund() for each in self.objects("refunds", _REFUND, MOST_LINES)],
        )

    def refund(self) -> GivenBack:
        amount = self.integer("amount", 1, MOST_MINOR)
        purpose = self.choice("purpose", RefundPurpose)
        most = amount if purpose == RefundPurpose.BY_HAND else 0
        reason = self.free_text("reason", LONGEST_TEXT)
        lowers, act = self.integer("lowers", 0, most, 0), self.integer("act", 0, MOST_MINOR, 0)
        return GivenBack(amount, purpose, self.past("createdAt"), reason, lowers, act)

    def policy(self) -> list[dict[str, Any]] | None:
        if not self.has("cancellationPolicy"):
            return None
        try:
            return [dict(each.to_json()) for each in parse_policy(self.values["cancellationPolicy"])]
        except PolicyError as fault:
            for each in fault.faults:
                self.note(f"cancellationPolicy.{each.field}", each.code, each.message)
            return None

    def metadata(self) -> dict[str, str]:
        value = self.values.get("metadata", {})
        sound = isinstance(value, dict) and len(value) <= METADATA_KEYS
        if isinstance(value, dict) and sound and all(map(_is_entry, value.items())):
            return dict(value)
        self.note("metadata", "invalid", f"Up to {METADATA_KEYS} short texts by name are expected here.")
        return {}

    def key(self, name: str) -> UUID | None:
        if not self.has(name):
            return None
        try:
            return UUID(str(self.values[name]))
        except ValueError:
            self.note(name, "invalid", "A UUID is expected here.")
            return None

    def reference(self) -> str | None:
        if not self.has("reference"):
            return None
        reference = normalised_reference(str(self.values["reference"]))
        if not is_reference(reference):
            self.note("reference", "invalid", "References look like BF-7K3Q9D.")
        return reference

    def instant(self, name: str) -> datetime | None:
        if not self.has(name):
            return None
        try:
            return _INSTANT.to_internal_value(self.values[name])
        except ValidationError as fault:
            self.note(name, "invalid", str(cast(list[str], fault.detail)[0]))
            return None

    def past(self, name: str) -> datetime:
        at = self.instant(name)
        if at is None and not self.has(name):
            self._missing(name)
        return at or NEVER

    def word(self, name: str, default: str) -> str:
        return str(self.values.get(name, default))

    def choice(self, name: str, choices: Any) -> Any:
        try:
            return choices(self.word(name, ""))
        except ValueError:
            self.note(name, "invalid_choice", f"Choose one of {', '.join(choices.values)}.")
            return choices.values[0]

    def free_text(self, name: str, longest: int) -> str:
        return self.text(name, longest) if str(self.values.get(name, "")).strip() else ""


def _is_entry(entry: tuple[object, object]) -> bool:
    key, value = entry
    return _is_text(key, 1, METADATA_KEY_LENGTH) and _is_text(value, 0, METADATA_VALUE_LENGTH)


def _is_text(value: object, least: int, most: int) -> bool:
    return isinstance(value, str) and least <= len(value) <= most and _is_storable(value)


def _is_storable(value: str) -> bool:
    return "\x00" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)


_LINE = ("kind", "label", "quantity", "unitAmount", "amount")
_PAYMENT = ("amount", "method", "note", "createdAt", "refunds", "id", "provider", "currency", "status")
_REFUND = ("act", "amount", "purpose", "lowers", "reason", "createdAt")
