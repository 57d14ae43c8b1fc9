"""Opening hours of one day in a form: pairs of times, as many as the day has."""

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import BASE_CLASSES

MIDNIGHT, END_OF_DAY = "00:00", "24:00"


class OpeningsWidget(forms.Widget):
    """`<name>-from` and `<name>-to` come as often as there are openings. An end at midnight is shown as 00:00: a
    time input knows no 24:00, and as an end both mean the same."""

    template_name = "rooms/admin/openings.html"

    class Media:
        css = {"all": ("rooms/editor.css",)}
        js = ("rooms/editor.js",)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[tuple[str, str]]:
        starts, ends = (data.getlist(f"{name}-{edge}") for edge in ("from", "to"))
        return list(zip_longest(starts, ends, fillvalue=""))

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False

    def id_for_label(self, id_: str) -> str:
        return ""

    def get_context(self, name: str, value: Any, attrs: Mapping[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, dict(attrs or {}))
        openings = [_shown(start, end) for start, end in value or () if start or end]
        context["widget"] |= {"openings": openings, "input_class": " ".join([*BASE_CLASSES, "px-2", "py-2"])}
        return context


def _shown(start: str, end: str) -> dict[str, Any]:
    end = MIDNIGHT if end == END_OF_DAY else end
    return {"start": start, "end": end, "next_day": bool(start and end) and MIDNIGHT != end <= start}


class OpeningsField(forms.Field):
    """Gives the openings as the API writes them, `[["10:00", "22:00"]]`; what is blank is left out."""

    widget = OpeningsWidget

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def clean(self, value: Sequence[Sequence[str]] | None) -> list[list[str]]:
        pairs = [[start.strip(), end.strip()] for start, end in value or ()]
        found = [pair for pair in pairs if any(pair)]
        if not all(all(pair) for pair in found):
            raise ValidationError("Give both times, from and to, or take the hours out.")
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        return [list(pair) for pair in data or () if any(pair)] != [list(pair) for pair in initial or ()]
