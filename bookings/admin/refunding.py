"""Giving money back by hand: what was paid and what a cancellation would give back is shown before it is done."""

from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminTextInputWidget

from bookingflow.api import unit_of_work
from bookingflow.lib import clock
from bookingflow.lib.errors import BookingStateConflict, DomainError
from bookingflow.lib.money import exponent, format_money
from bookingflow.organizations.admin_base.base import LongListAdmin
from bookingflow.organizations.admin_base.reach import actor_of, reach_of
from bookingflow.organizations.admin_base.shown import page_link
from bookings import services
from bookings.models import Booking
from bookings.payments.ledger import left_to_refund
from bookings.payments.queries import refunds_to_see_to
from bookings.policy import RefundQuote

ASKED = "bookings/admin/refund.html"


class RefundForm(forms.Form):
    """`left` is what was left to refund when the page was shown: a second click on its button finds another."""

    amount = forms.DecimalField(max_digits=20, widget=UnfoldAdminDecimalFieldWidget())
    reason = forms.CharField(
        max_length=500,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text="The customer sees it in the price, on a line of its own.",
    )
    left = forms.IntegerField(widget=forms.HiddenInput())

    def __init__(self, *args: Any, booking: Booking, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.booking, self.most = booking, left_to_refund(booking)
        amount: Any = self.fields["amount"]
        amount.decimal_places = exponent(booking.currency)
        amount.label = f"Amount in {booking.currency}"
        amount.help_text = f"{format_money(self.most, booking.currency)} at most."

    def clean_amount(self) -> int:
        """In minor units."""
        places = exponent(self.booking.currency)
        asked: Decimal = self.cleaned_data["amount"]
        amount = int(asked.scaleb(places))
        if asked.scaleb(places) != amount:
            raise forms.ValidationError(f"{self.booking.currency} has {places} decimals.")
        if not 0 < amount <= self.most:
            told = format_money(self.most, self.booking.currency)
            raise forms.ValidationError(f"Must be above 0, and not above {told}.")
        return amount

    def refuse_changed(self, booking: Booking) -> None:
        """Raises BookingStateConflict."""
        if left_to_refund(booking) != self.cleaned_data["left"]:
            raise BookingStateConflict("What was paid or refunded has changed meanwhile: look at it again.")


class RefundPages(LongListAdmin):
    """What whoever manages a booking's organization does with its money."""

    list_before_template = "bookings/admin/failed_refunds.html"

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.refund_view)
        return [path("<uuid:booking_id>/refund/", view, name="bookings_booking_refund"), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        failed = reach_of(request).seen(refunds_to_see_to(), "payment__booking__organization")
        bookings = failed.values("payment__booking").distinct().count()
        return super().changelist_view(request, {"failed_refunds": bookings, **(extra_context or {})})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The way to the page is for those that may go it."""
        shown = super().get_fieldsets(request, obj)
        if obj is None or not reach_of(request).edits(obj.organization_id):
            return shown
        return [*shown[:-1], ("Give back", {"fields": ("give_back",)}), shown[-1]]

    @admin.display(description="Refund")
    def give_back(self, row: Booking) -> SafeString | str:
        left = left_to_refund(row)
        told = f"Refund up to {format_money(left, row.currency)} …"
        return (
            page_link("bookings_booking_refund", row.pk, told) if left else "Nothing is left to be refunded."
        )

    def refund_view(self, request: HttpRequest, booking_id: UUID) -> HttpResponse:
        """The amount is asked for, then shown again to be confirmed, then given back."""
        booking: Booking | None = self.get_object(request, str(booking_id))
        if booking is None:
            gone: HttpResponse = self._get_obj_does_not_exist_redirect(request, self.opts, str(booking_id))
            return gone
        if not reach_of(request).edits(booking.organization_id):
            raise PermissionDenied
        quote = _quote(booking)
        form = RefundForm(request.POST or None, booking=booking, initial=_proposal(booking, quote))
        if form.is_valid() and "_give_back" in request.POST:
            given = self._given_back(request, booking, form)
            return redirect(
                reverse(f"admin:bookings_booking_{'change' if given else 'refund'}", args=[booking.pk])
            )
        return TemplateResponse(request, ASKED, self._said(request, booking, form, quote))

    def _given_back(self, request: HttpRequest, booking: Booking, form: RefundForm) -> bool:
        asked = form.cleaned_data
        give_back = partial(
            services.refund_booking,
            organization=booking.organization,
            actor=actor_of(request),
            booking_id=booking.pk,
            amount_minor=asked["amount"],
            reason=asked["reason"],
            if_match=form.refuse_changed,
        )
        try:
            unit_of_work.run(give_back)
        except DomainError as refusal:
            self.message_user(request, refusal.message, messages.ERROR)
            return False
        told = f"{format_money(asked['amount'], booking.currency)} of {booking.reference} goes back."
        self.message_user(request, told, messages.SUCCESS)
        return True

    def _said(
        self, request: HttpRequest, booking: Booking, form: RefundForm, quote: RefundQuote | None
    ) -> dict[str, Any]:
        sure = form.is_bound and form.is_valid()
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Refund {booking.reference}",
            "booking": booking,
            "form": form,
            "most": form.most,
            "sums": _sums(booking),
            "quote": quote and f"A cancellation now gives back {_told(quote, booking)}: {quote.message}.",
            "sure": format_money(form.cleaned_data["amount"], booking.currency) if sure else "",
        }


def _quote(booking: Booking) -> RefundQuote | None:
    """None where it can't be cancelled."""
    try:
        return services.quote_refund(booking, now=clock.now())
    except BookingStateConflict:
        return None


def _proposal(booking: Booking, quote: RefundQuote | None) -> dict[str, Any]:
    left = left_to_refund(booking)
    amount = min(quote.amount, left) if quote else left
    return {"left": left, "amount": format_money(amount, booking.currency).split()[0] if amount else None}


def _told(quote: RefundQuote, booking: Booking) -> str:
    return format_money(quote.amount, booking.currency)


def _sums(booking: Booking) -> list[tuple[str, str]]:
    sums = {"Paid": booking.paid_minor, "Refunded": booking.refunded_minor, "Left": left_to_refund(booking)}
    return [(word, format_money(amount, booking.currency)) for word, amount in sums.items()]
