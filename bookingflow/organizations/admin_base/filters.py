"""Filters of the staff's lists. A value that can't be read leads back to the whole list with a word about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters, ModelAdmin
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db.models import Field, Model, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter
from unfold.contrib.filters.forms import AutocompleteDropdownForm


class TenantFilter(admin.SimpleListFilter):
    """Everything that a list of the staff can be filtered by is one of these: `parameter_name` alone is let in."""

    @classmethod
    def parameters(cls) -> tuple[str, ...]:
        return (str(cls.parameter_name),)


class ChoiceFilter(DropdownFilter, TenantFilter):  # type: ignore[misc]
    """`options` are the values and their words; what each means is `narrowed`."""

    options: ClassVar[tuple[tuple[str, str], ...]] = ()

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> tuple[tuple[str, str], ...]:
        return self.options

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if not chosen:
            return queryset
        if chosen not in dict(self.options):
            raise IncorrectLookupParameters(chosen)
        return self.narrowed(queryset, chosen)

    def narrowed(self, rows: QuerySet[Any], chosen: str) -> QuerySet[Any]:
        return rows.filter(**{str(self.parameter_name): chosen})


class RelatedFilter(TenantFilter):
    """By a row that this one belongs to, found by typing; only such rows are named as may be seen."""

    template = "unfold/filters/filters_field.html"
    form_class = AutocompleteDropdownForm

    def __init__(
        self,
        request: HttpRequest,
        params: dict[str, Any],
        model: type[Model],
        model_admin: ModelAdmin[Any],
    ) -> None:
        super().__init__(request, params, model, model_admin)
        self.request, self.model_admin = request, model_admin
        self.field: Field[Any, Any] = model._meta.get_field(str(self.parameter_name))  # type: ignore[assignment]
        self.remote: type[Model] = self.field.remote_field.model  # type: ignore[union-attr]

    def has_output(self) -> bool:
        return True

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> tuple[()]:
        return ()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        try:
            key = self.remote._meta.pk.to_python(self.value())
        except ValidationError as fault:
            raise IncorrectLookupParameters(fault) from fault
        return queryset.filter(**{self.field.attname: key})

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        form = AutocompleteDropdownForm(
            request=self.request,
            label=f"By {self.title}",
            name=str(self.parameter_name),
            choices=(),
            field=self.field,
            model_admin=self.model_admin,
            data={str(self.parameter_name): self.value()},
        )
        seen = self.model_admin.admin_site.get_model_admin(self.remote).get_queryset(self.request)
        form.fields[str(self.parameter_name)].queryset = seen
        yield {"form": form}


class LinkedFilter(TenantFilter):
    """Set by a link on another page; shows itself only then, to be taken off again."""

    template = "organizations/admin/linked_filter.html"

    def has_output(self) -> bool:
        return self.value() is not None

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> tuple[()]:
        return ()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        name = str(self.parameter_name)
        return queryset.filter(**{name: self.read(queryset.model, name)})

    def read(self, model: type[Model], name: str) -> Any:
        """The value as the model's field takes it. Raises IncorrectLookupParameters."""
        try:
            return model._meta.get_field(name).to_python(self.value())  # type: ignore[union-attr]
        except ValidationError as fault:
            raise IncorrectLookupParameters(fault) from fault

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        yield {
            "value": self.value(),
            "without": changelist.get_query_string(remove=[str(self.parameter_name)]),
        }


class OrganizationFilter(RelatedFilter):
    title = "organization"
    parameter_name = "organization"


def autocomplete_widget(field: Any, site: admin.AdminSite) -> forms.Widget:
    """Finds rows as one types, by their own admin's search, and therefore only what may be seen."""
    return AutocompleteSelect(field, site, attrs={"class": "unfold-admin-autocomplete admin-autocomplete"})
