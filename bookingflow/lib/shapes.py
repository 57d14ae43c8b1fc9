"""Reading a JSON object field by field, gathering everything that is wrong with it before refusing it."""

import math
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Self

from bookingflow.lib.errors import Fault


class ShapeError(ValueError):
    """A document that can't be taken, with all that is wrong with it. Paths are relative to the document."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{fault.field}: {fault.message}" for fault in faults))
        self.faults = list(faults)


class Fields:
    """One JSON object. A faulty field is noted and read as its default, so that the rest is read too.

    Names are camelCase; the same in snake_case is understood, both at once is a fault. `null` counts as left
    out.
    """

    def __init__(self, value: object, *, names: Iterable[str], faults: list[Fault], path: str = "") -> None:
        self.faults = faults
        self.path = path
        self.values: dict[str, object] = {}
        self.readable = isinstance(value, Mapping)
        if isinstance(value, Mapping):
            self._take(value, _spellings(tuple(names)))
        else:
            self.note("", "invalid", "An object is expected here.")

    def _take(self, value: Mapping[object, object], spellings: Mapping[str, str]) -> None:
        seen: set[str] = set()
        for key, content in value.items():
            name = spellings.get(key) if isinstance(key, str) else None
            if name is None:
                self.note(str(key), "unknown", "There is no such field.")
            elif name in seen:
                self.note(name, "invalid", "This field was sent in both spellings.")
            else:
                seen.add(name)
                if content is not None:
                    self.values[name] = content

    def at(self, name: str) -> str:
        return ".".join(part for part in (self.path, name) if part)

    def note(self, name: str, code: str, message: str) -> None:
        self.faults.append(Fault(self.at(name), message, code))

    def _missing(self, name: str) -> None:
        if self.readable:
            self.note(name, "required", "This field is required.")

    def has(self, name: str) -> bool:
        return name in self.values

    def integer(self, name: str, low: int, high: int, default: int | None = None) -> int:
        value = self.values.get(name, default)
        if value is None:
            self._missing(name)
        elif not isinstance(value, int) or isinstance(value, bool):
            self.note(name, "invalid", "A whole number is expected here.")
        elif not self._out_of_bounds(name, value, low, high):
            return value
        return low if default is None else default

    def percent(self, name: str, low: int, high: int, default: Decimal | None = None) -> Decimal:
        """A number with at most four decimals."""
        value = self.values.get(name, default)
        if value is None:
            self._missing(name)
        elif (number := _decimal(value)) is None:
            self.note(name, "invalid", "A number is expected here.")
        elif not self._out_of_bounds(name, number, low, high):
            if number == round(number, 4):
                return number
            self.note(name, "invalid", "Four decimals at most are taken here.")
        return Decimal(0) if default is None else default

    def _out_of_bounds(self, name: str, number: int | Decimal, low: int, high: int) -> bool:
        if number < low:
            self.note(name, "min_value", f"This must not be below {low}.")
        elif number > high:
            self.note(name, "max_value", f"This must not be above {high}.")
        return not low <= number <= high

    def text(self, name: str, longest: int) -> str:
        value = self.values.get(name)
        if value is None:
            self._missing(name)
        elif not isinstance(value, str) or not _storable(value):
            self.note(name, "invalid", "A text is expected here.")
        elif not value.strip():
            self.note(name, "blank", "This must not be blank.")
        elif len(value) > longest:
            self.note(name, "max_length", f"{longest} characters at most are taken here.")
        else:
            return value
        return ""

    def flag(self, name: str, default: bool) -> bool:
        value = self.values.get(name, default)
        if isinstance(value, bool):
            return value
        self.note(name, "invalid", "true or false is expected here.")
        return default

    def objects(self, name: str, names: Iterable[str], most: int) -> list[Self]:
        """The entries of a list; none where it is left out."""
        return type(self).read_list(
            self.values.get(name, []), names=names, most=most, faults=self.faults, path=self.at(name)
        )

    @classmethod
    def read_list(
        cls, value: object, *, names: Iterable[str], most: int, faults: list[Fault], path: str = ""
    ) -> list[Self]:
        if not isinstance(value, list | tuple):
            faults.append(Fault(path, "A list is expected here."))
        elif len(value) > most:
            faults.append(Fault(path, f"{most} entries at most are taken here.", "max_length"))
        else:
            taken, parents = tuple(names), [path] if path else []
            return [
                cls(item, names=taken, faults=faults, path=".".join((*parents, str(position))))
                for position, item in enumerate(value)
            ]
        return []


@cache
def _spellings(names: tuple[str, ...]) -> Mapping[str, str]:
    """Kept, for imports read by the same few names a million times."""
    return {spelling: name for name in names for spelling in (name, _snake(name))}


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def _decimal(value: object) -> Decimal | None:
    """A float is taken at its shortest decimal form: what was written in the JSON."""
    if isinstance(value, bool) or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, int | float | Decimal):
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        return number if number.is_finite() else None
    return None


def _storable(value: str) -> bool:
    """The database takes neither NUL nor half of a surrogate pair."""
    return "\x00" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)
