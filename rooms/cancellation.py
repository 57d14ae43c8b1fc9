"""What a room's cancellation policy looks like; what it gives back is decided by `bookings.policy`."""

from dataclasses import dataclass
from decimal import Decimal

from bookingflow.lib.errors import Fault
from bookingflow.lib.money import percent_number
from bookingflow.lib.shapes import Fields, ShapeError

MOST_ENTRIES = 50
MOST_HOURS = 365 * 24


class PolicyError(ShapeError):
    """A cancellation policy that can't be taken."""


@dataclass(frozen=True, slots=True)
class PolicyEntry:
    """With `hours_before` hours left or more, `refund_percent` of what was paid goes back."""

    hours_before: int
    refund_percent: Decimal

    def to_json(self) -> dict[str, int | float]:
        return {"hoursBefore": self.hours_before, "refundPercent": percent_number(self.refund_percent)}


def parse_policy(value: object) -> tuple[PolicyEntry, ...]:
    """From the JSON list `[{"hoursBefore": 48, "refundPercent": 100}, …]`, the longest notice first.

    Raises PolicyError.
    """
    faults: list[Fault] = []
    names = ("hoursBefore", "refundPercent")
    entries = [
        PolicyEntry(item.integer("hoursBefore", 0, MOST_HOURS), item.percent("refundPercent", 0, 100))
        for item in Fields.read_list(value, names=names, most=MOST_ENTRIES, faults=faults)
    ]
    if not faults and len({entry.hours_before for entry in entries}) < len(entries):
        faults.append(Fault("", "Each hoursBefore may be there once."))
    if faults:
        raise PolicyError(faults)
    return tuple(sorted(entries, key=lambda entry: -entry.hours_before))
