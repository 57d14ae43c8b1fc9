"""A list of small things in a form, one row each: a field that holds a formset."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import BaseFormSet, formset_factory

from rooms.hours import WEEKDAYS


class RowsWidget(forms.Widget):
    """Tells the formset that no row was there before: then a row that is blank now is one that was taken out."""

    template_name = "rooms/admin/rows.html"

    def __init__(self, formset: "type[BaseFormSet[Any]]", row_name: str) -> None:
        super().__init__()
        self.formset, self.row_name = formset, row_name

    @property
    def media(self) -> forms.Media:
        """What the rows' own widgets need is the same, or comes with the form."""
        return forms.Media(css={"all": ["rooms/editor.css"]}, js=["rooms/editor.js"])

    def value_from_datadict(self, data: Any, files: Any, name: str) -> "BaseFormSet[Any]":
        return self.formset(data, prefix=name)

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False

    def id_for_label(self, id_: str) -> str:
        return ""

    def get_context(self, name: str, value: Any, attrs: Mapping[str, Any] | None) -> dict[str, Any]:
        """One more row is counted than there are: the spare one, for browsers without the script."""
        context = super().get_context(name, None, dict(attrs or {}))
        formset = value if isinstance(value, BaseFormSet) else self.formset(initial=value, prefix=name)
        rows = [row for row in formset if row.has_changed() or not formset.is_bound]
        context["widget"] |= {
            "rows": rows,
            "spare": self.formset.form(prefix=formset.add_prefix(len(formset.forms))),
            "blank": formset.empty_form,
            "total": len(formset.forms) + 1,
            "prefix": formset.prefix,
            "row_name": self.row_name,
        }
        return context


class RowsField(forms.Field):
    """Gives a list of the rows' cleaned data; blank rows are left out."""

    def __init__(self, row: type[forms.Form], *, row_name: str, **options: Any) -> None:
        formset = formset_factory(row, extra=0, absolute_max=1_100)
        super().__init__(required=False, widget=RowsWidget(formset, row_name), **options)

    def clean(self, value: "BaseFormSet[Any]") -> list[dict[str, Any]]:
        if not value.is_valid():
            raise ValidationError("Look at the rows marked here.")
        return [row.cleaned_data for row in value if row.has_changed()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return True


class WeekdaysWidget(forms.CheckboxSelectMultiple):
    template_name = "rooms/admin/weekdays.html"


class WeekdaysField(forms.MultipleChoiceField):
    """None is every day."""

    widget = WeekdaysWidget

    def __init__(self, **options: Any) -> None:
        days = [(day, day.capitalize()) for day in WEEKDAYS]
        super().__init__(choices=days, required=False, **options)
