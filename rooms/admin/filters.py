"""Filters by rooms, schedules and local days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib.admin.options import IncorrectLookupParameters, ModelAdmin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from unfold.widgets import INPUT_CLASSES

from bookingflow.lib import clock
from bookingflow.lib.zones import start_of_day, zone
from bookingflow.organizations.admin_base.filters import ChoiceFilter, RelatedFilter, TenantFilter
from bookingflow.organizations.admin_base.reach import reach_of
from rooms.models import Schedule

_DAY = timedelta(days=1)
_LONGEST_NIGHT = timedelta(days=2)


class RoomFilter(RelatedFilter):
    title = "room"
    parameter_name = "room"


class ScheduleFilter(RelatedFilter):
    title = "schedule"
    parameter_name = "schedule"


class WhenFilter(ChoiceFilter):
    """By the clock, of whatever has a start and an end."""

    title = "time"
    parameter_name = "when"
    options = (("upcoming", "Now and upcoming"), ("past", "Past"))

    def narrowed(self, rows: QuerySet[Any], chosen: str) -> QuerySet[Any]:
        now = clock.now()
        return rows.filter(end__gt=now) if chosen == "upcoming" else rows.filter(end__lte=now)


class DayFilter(TenantFilter):
    """From day to day, both included, as the local calendar of each row's schedule has them."""

    title = "day"
    parameter_name = "day"
    template = "unfold/filters/filters_date_range.html"
    zone_path: ClassVar[str] = "schedule__timezone"

    @classmethod
    def parameters(cls) -> tuple[str, ...]:
        return ("day_from", "day_to")

    def __init__(
        self,
        request: HttpRequest,
        params: dict[str, Any],
        model: type[Model],
        model_admin: ModelAdmin[Any],
    ) -> None:
        super().__init__(request, params, model, model_admin)
        for name in self.parameters():
            if name in params:
                self.used_parameters[name] = params.pop(name)[-1]

    def has_output(self) -> bool:
        return True

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> tuple[()]:
        return ()

    def expected_parameters(self) -> list[str | None]:
        return list(self.parameters())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        first, last = (self._day(name) for name in self.parameters())
        if first is None and last is None:
            return queryset
        schedules = reach_of(request).seen(Schedule.objects.all(), "organization")
        zones = schedules.order_by().values_list("timezone", flat=True).distinct()
        return queryset.filter(starting_between(first, last, zones=zones, zone_path=self.zone_path))

    def _day(self, name: str) -> date | None:
        value = self.used_parameters.get(name)
        try:
            return date.fromisoformat(value) if value else None
        except ValueError as fault:
            raise IncorrectLookupParameters(fault) from fault

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        yield {"form": DaysForm(self.used_parameters)}


class DaysForm(forms.Form):
    day_from = forms.DateField(required=False, label="From")
    day_to = forms.DateField(required=False, label="To")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            attrs = {"type": "date", "class": " ".join(INPUT_CLASSES), "aria-label": str(field.label)}
            field.widget = forms.DateInput(attrs=attrs)


def starting_between(first: date | None, last: date | None, *, zones: Iterable[str], zone_path: str) -> Q:
    """In each zone its own days; the bounds around them all, as far as clocks differ, are for the index."""
    starting = Q(pk__in=[])
    for name in zones:
        within = Q(**{zone_path: name})
        if first:
            within &= Q(start__gte=start_of_day(first, zone(name)))
        if last:
            within &= Q(start__lt=start_of_day(last + _DAY, zone(name)))
        starting |= within
    utc = zone("UTC")
    if first:
        starting &= Q(start__gte=start_of_day(first, utc) - _LONGEST_NIGHT)
    if last:
        starting &= Q(start__lt=start_of_day(last, utc) + _LONGEST_NIGHT + _DAY)
    return starting
