"""Filters of the list of bookings."""

from typing import Any

from django.db.models import QuerySet

from bookingflow.lib import clock
from bookingflow.organizations.admin_base.filters import ChoiceFilter, LinkedFilter
from bookings.lifecycle import Status
from bookings.models import Payment, Source
from bookings.payments.queries import refunds_to_see_to
from bookings.queries import with_status
from rooms.admin.filters import DayFilter

STATUS_WORDS = {
    Status.PENDING.value: "Pending",
    Status.CONFIRMED.value: "Confirmed",
    Status.COMPLETED.value: "Completed",
    Status.NO_SHOW.value: "No-show",
    Status.CANCELED.value: "Cancelled",
    Status.EXPIRED.value: "Expired",
}


class StatusFilter(ChoiceFilter):
    """By what the status is now: a hold that ran out is expired, swept or not."""

    title = "status"
    parameter_name = "status"
    options = tuple(STATUS_WORDS.items())

    def narrowed(self, rows: QuerySet[Any], chosen: str) -> QuerySet[Any]:
        return rows.filter(with_status([chosen], clock.now()))


class BookingDayFilter(DayFilter):
    zone_path = "room__schedule__timezone"


class SourceFilter(ChoiceFilter):
    title = "source"
    parameter_name = "source"
    options = tuple(Source.choices)


class MoneyFilter(ChoiceFilter):
    """What somebody has to see to, or may wait for. A refund that failed is seen to by another that was asked for."""

    title = "money"
    parameter_name = "money"
    options = (("failed", "Refund failed"), ("pending", "Refund on its way"), ("disputed", "Disputed"))

    def narrowed(self, rows: QuerySet[Any], chosen: str) -> QuerySet[Any]:
        if chosen == "failed":
            return rows.filter(pk__in=refunds_to_see_to().values("payment__booking"))
        if chosen == "disputed":
            concerned = Payment.objects.exclude(dispute_status="")
        else:
            concerned = Payment.objects.filter(refunds__status=chosen)
        return rows.filter(pk__in=concerned.values("booking"))


class CustomerFilter(LinkedFilter):
    title = "customer"
    parameter_name = "customer"
