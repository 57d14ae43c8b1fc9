"""Keyset pages: a cursor is the place of a row in the ordering, so pages are stable while rows are added."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from rest_framework import serializers
from rest_framework.request import Request

from bookingflow.api.fields import QueryNumberField
from bookingflow.api.serializers import StrictSerializer
from bookingflow.lib import json
from bookingflow.lib.errors import Fault, InvalidRequest

DEFAULT_LIMIT, MAX_LIMIT = 50, 200


class PageQuery(StrictSerializer):
    """What every list takes beside its filters."""

    limit = QueryNumberField(
        min_value=1, max_value=MAX_LIMIT, default=DEFAULT_LIMIT, help_text="Rows a page."
    )
    cursor = serializers.CharField(required=False, help_text="From `next` or `previous`.")


@dataclass(frozen=True, slots=True)
class Cursor:
    """A row's values in the ordering's fields, and whether the page lies before it."""

    ordering: tuple[str, ...]
    values: tuple[Any, ...]
    backwards: bool

    def text(self) -> str:
        values = [value.isoformat() if isinstance(value, datetime) else value for value in self.values]
        return (
            base64.urlsafe_b64encode(json.dumps([self.ordering, values, self.backwards])).decode().rstrip("=")
        )


def page(
    request: Request,
    rows: QuerySet[Any],
    *,
    ordering: Sequence[str],
    limit: int,
    cursor: str | None = None,
    show: Callable[[Any], dict[str, Any]],
    path: str = "",
    along: QuerySet[Any] | None = None,
) -> dict[str, Any]:
    """`{"results", "next", "previous"}`. `ordering` must end in a field that is unique (`("-start", "id")`).

    `along` has all rows with what is shown beside them, which is read for this page's alone. `path` is where the
    other pages are, if not where this one was asked for.
    """
    path = path or request.path
    place = _read(cursor, tuple(ordering), rows.model) if cursor else None
    backwards = place is not None and place.backwards
    if place is not None:
        rows = rows.filter(_beyond(place))
    order = [_flip(name) if backwards else name for name in ordering]
    found = list(first_of(rows, order, limit + 1, along=along))
    more = len(found) > limit
    found = found[:limit]
    if backwards:
        found.reverse()
    has_next, has_previous = (True, more) if backwards else (more, place is not None)
    return {
        "results": [show(row) for row in found],
        "next": _link(request, path, ordering, found[-1], backwards=False) if found and has_next else None,
        "previous": _link(request, path, ordering, found[0], backwards=True)
        if found and has_previous
        else None,
    }


def first_of(
    rows: QuerySet[Any], order: Sequence[str], number: int, *, along: QuerySet[Any] | None = None
) -> QuerySet[Any]:
    """Where they have to be sorted, only they are, without what is shown `along`."""
    found = rows.order_by(*order)
    return (
        found[:number] if along is None else along.filter(pk__in=found.values("pk")[:number]).order_by(*order)
    )


def endless_page(
    request: Request,
    rows: QuerySet[Any],
    *,
    ordering: str,
    end: int,
    limit: int,
    cursor: str | None = None,
    show: Callable[[Any], Any],
) -> dict[str, Any]:
    """A page of a log that is read forwards for ever: `next` is there at its end too, and goes on from there.

    `end` is the log's last place, read before `rows` are: nothing ever appears before it, so a filter that finds
    little needn't look at the same rows again.
    """
    place = _read(cursor, (ordering,), rows.model) if cursor else Cursor((ordering,), (0,), False)
    if place.backwards:
        raise _no_cursor()
    found = list(rows.filter(_beyond(place)).order_by(ordering)[: limit + 1])
    more, found = len(found) > limit, found[:limit]
    last = getattr(found[-1], ordering) if found else place.values[0]
    reached = last if more else max(last, end)
    return {
        "results": [show(row) for row in found],
        "next": _link_to(request, request.path, Cursor((ordering,), (reached,), False)),
        "previous": None,
    }


def _beyond(place: Cursor) -> Q:
    """The rows after the place, as a range on the first field that an index can walk, narrowed by the others."""
    condition = Q()
    for name, value in reversed(list(zip(place.ordering, place.values, strict=True))):
        descending = name.startswith("-") != place.backwards
        field = name.removeprefix("-")
        strictly, weakly = ("lt", "lte") if descending else ("gt", "gte")
        if not condition:
            condition = Q(**{f"{field}__{strictly}": value})
        else:
            condition = Q(**{f"{field}__{weakly}": value}) & (
                Q(**{f"{field}__{strictly}": value}) | condition
            )
    return condition


def _read(text: str, ordering: tuple[str, ...], model: type[models.Model]) -> Cursor:
    fault = _no_cursor()
    try:
        named, values, backwards = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if tuple(named) != ordering or len(values) != len(ordering) or not isinstance(backwards, bool):
            raise fault
        fields = [model._meta.get_field(name.removeprefix("-")) for name in ordering]
        return Cursor(ordering, tuple(_value(*pair) for pair in zip(fields, values, strict=True)), backwards)
    except (ValueError, TypeError, binascii.Error, OverflowError):
        raise fault from None


def _no_cursor() -> InvalidRequest:
    return InvalidRequest.of(Fault("cursor", "This is no cursor of this list."))


def _value(field: Any, value: Any) -> Any:
    if isinstance(field, models.DateTimeField):
        instant = datetime.fromisoformat(value)
        if instant.tzinfo is None:
            raise ValueError("a cursor's instants have offsets")
        return instant.astimezone(UTC)  # OverflowError before the year 1: no database has that
    if isinstance(field, models.UUIDField):
        return UUID(str(value))
    if isinstance(field, models.IntegerField):
        if not isinstance(value, int) or abs(value) >= 2**63:
            raise ValueError("out of range")
        return value
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError("text is needed")
    return value


def _flip(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _link(request: Request, path: str, ordering: Sequence[str], row: Any, *, backwards: bool) -> str:
    values = tuple(_wire(getattr(row, name.removeprefix("-"))) for name in ordering)
    return _link_to(request, path, Cursor(tuple(ordering), values, backwards))


def _link_to(request: Request, path: str, place: Cursor) -> str:
    params = request.query_params.copy()
    params["cursor"] = place.text()
    return f"{settings.PUBLIC_URL}{path}?{params.urlencode()}"


def _wire(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value
