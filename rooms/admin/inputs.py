"""Fields of the staff's forms, in the admin's looks. They judge what is well-formed; services, what is allowed."""

from typing import Any

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.db.models import QuerySet
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from bookingflow.organizations.models import Organization

# Fifteen digits hold every amount and percent; more would only be slow to reject.
_DIGITS = 15


class LinesField(forms.CharField):
    """Text as it was, to the last blank: browsers send CR LF where LF was."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            required=False, strip=False, widget=UnfoldAdminTextareaWidget({"rows": 4}), **options
        )

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


class OrganizationField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Whose it is to be; not asked where there is one answer."""

    def __init__(self) -> None:
        super().__init__(
            Organization.objects.none(),
            label="Organization",
            empty_label=None,
            widget=UnfoldAdminSelectWidget(),
        )

    def offer(self, organizations: QuerySet[Organization]) -> None:
        self.queryset = organizations
        first = list(organizations[:2])
        if len(first) == 1:
            self.widget, self.initial = forms.HiddenInput(), first[0].pk


def text(label: str, **options: Any) -> forms.CharField:
    placeholder = {"placeholder": options.pop("placeholder")} if "placeholder" in options else {}
    return forms.CharField(label=label, widget=UnfoldAdminTextInputWidget(placeholder), **options)


def whole(label: str, **options: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, widget=UnfoldAdminIntegerFieldWidget(), **options)


def decimal(label: str, places: int, **options: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        max_digits=_DIGITS,
        decimal_places=places,
        widget=UnfoldAdminDecimalFieldWidget({"step": "any"}),
        **options,
    )


def money(label: str, **options: Any) -> forms.DecimalField:
    """In whole units of the currency with its decimals, such as 35.00."""
    return decimal(label, 3, **options)


def percent(label: str, **options: Any) -> forms.DecimalField:
    return decimal(label, 4, **options)


def numbers(label: str, **options: Any) -> SimpleArrayField:
    """Whole numbers, with commas between them."""
    return SimpleArrayField(forms.IntegerField(), label=label, widget=UnfoldAdminTextInputWidget(), **options)
