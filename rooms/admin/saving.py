"""Forms of the staff whose saving is a service: what the service refuses is shown on the form, and nothing is kept."""

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from bookingflow.api import unit_of_work
from bookingflow.lib.errors import DomainError, PreconditionFailed, ServiceUnavailable
from bookingflow.lib.json import canonical
from bookingflow.organizations.admin_base.base import TenantAdmin
from bookingflow.organizations.admin_base.reach import Reach, reach_of
from bookingflow.organizations.admin_base.shown import link, local_span
from rooms.documents import Document

MOST_NAMED = 10


class ServiceForm(forms.ModelForm):  # type: ignore[type-arg]
    """Its fields are read here and judged by the service.

    `wire_names` leads from the paths that a service names to this form's fields, the longest first; `refused_at` tells
    where a refusal without a path belongs. `seen` says what the person was looking at when they began.
    """

    wire_names: ClassVar[Mapping[str, str]] = {}
    refused_at: ClassVar[Mapping[type[DomainError], str]] = {}
    refusal: ClassVar[DomainError | None] = None
    reach: ClassVar[Reach]

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def _post_clean(self) -> None:
        """The model's own validation stays out, and the instance as it was read."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.refusal is not None:
            self.show_refusal(self.refusal)
        return cleaned

    def show_refusal(self, refusal: DomainError) -> None:
        faults = [fault for fault in refusal.details if "field" in fault]
        for fault in faults:
            self._show_fault(fault["field"], fault["message"])
        if not faults:
            at = self.refused_at.get(type(refusal))
            self.add_error(at if at in self.fields else None, self.told(refusal))

    def _show_fault(self, path: str, message: str) -> None:
        known = next((name for name in prefixes(path) if name in self.wire_names), None)
        field = self.wire_names[known] if known else None
        rest = path.removeprefix(known or "").strip(".")
        self.add_error(field if field in self.fields else None, f"{place_of(rest)}{message}")

    def told(self, refusal: DomainError) -> SafeString | str:
        """With the bookings that are in the way, each with its page."""
        named = [each for each in refusal.details if "bookingId" in each]
        if not named:
            return refusal.message
        more = format_html("<br>and {} more", len(named) - MOST_NAMED) if len(named) > MOST_NAMED else ""
        shown = format_html_join("", "<br>{} {}", (self._booking(each) for each in named[:MOST_NAMED]))
        return format_html("{}{}{}", refusal.message, shown, more)

    def _booking(self, claim: Document) -> tuple[SafeString, str]:
        start, end = (datetime.fromisoformat(claim[edge]) for edge in ("start", "end"))
        shown = link("bookings_booking", claim["bookingId"], claim["reference"])
        return shown, local_span(start, end, self.zone_told())

    def zone_told(self) -> str:
        """In which to tell times."""
        return "UTC"


def prefixes(path: str) -> list[str]:
    """`a.0.b` as `a.0.b`, `a.0`, `a`."""
    parts = path.split(".")
    return [".".join(parts[:count]) for count in range(len(parts), 0, -1)]


def place_of(rest: str) -> str:
    """`0.perGuest` as `Row 1, per guest: `; nothing for the field itself."""
    words = [f"row {int(part) + 1}" if part.isdigit() else _spaced(part) for part in rest.split(".") if part]
    return f"{', '.join(words).capitalize()}: " if words else ""


def _spaced(name: str) -> str:
    return re.sub("([A-Z])", r" \1", name).lower()


def fingerprint(document: Document) -> str:
    return hashlib.sha256(canonical(document)).hexdigest()[:24]


def require_seen(form: forms.Form, document: Document) -> None:
    """Raises PreconditionFailed where it is no longer what the person saw; its schedule is locked by then."""
    if form.cleaned_data["seen"] != fingerprint(document):
        raise PreconditionFailed(
            "Somebody changed this while you were editing. Open it again in another tab to see their change."
        )


class ServiceAdmin(TenantAdmin):
    """Managers and owners may add and change; `save_model` and `delete_model` call a service."""

    change_form_before_template = "rooms/admin/seen.html"
    view_fieldsets: Any = ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return reach_of(request).edits_somewhere()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        reach = reach_of(request)
        return reach.edits_somewhere() if obj is None else reach.edits(self.organization_of(obj))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Nothing from the address: it would be taken as it is."""
        return {}

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.refusal, form.reach = getattr(request, "refusal", None), reach_of(request)
        return form

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        view = partial(super().changeform_view, request, object_id, form_url, extra_context)
        if request.method != "POST":
            return view()
        response, refusal = attempt(view)
        if refusal is None:
            return response
        request.refusal = refusal  # type: ignore[attr-defined]
        return view()

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        view = partial(super().delete_view, request, object_id, extra_context)
        if request.method != "POST":
            return view()
        response, refusal = attempt(view)
        if refusal is None:
            return response
        self.message_user(request, refusal.message, messages.ERROR)
        return redirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        """The audit says what changed."""
        return []


def attempt(view: Callable[[], HttpResponse]) -> tuple[HttpResponse | None, DomainError | None]:
    """The view in one unit of work; what it refuses has left nothing behind."""
    try:
        return unit_of_work.run(view), None
    except DomainError as refusal:
        return None, refusal
    except OperationalError as fault:
        if unit_of_work.sqlstate(fault) not in unit_of_work.TRIED_AGAIN:
            raise
        return None, ServiceUnavailable("Somebody else is changing this right now. Try again in a moment.")
