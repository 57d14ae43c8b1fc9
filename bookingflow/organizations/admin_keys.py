"""Making, rotating and revoking API keys, for owners: on pages of their own, for a key is shown once."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from bookingflow.lib import clock
from bookingflow.lib.errors import DomainError
from bookingflow.organizations import services
from bookingflow.organizations.admin_base.base import TenantAdmin
from bookingflow.organizations.admin_base.reach import Reach, actor_of, reach_of
from bookingflow.organizations.models import ApiKey, Organization
from bookingflow.organizations.scopes import PRESETS, SCOPES

Made = tuple[ApiKey, str]
FORM, SHOWN = "organizations/admin/key_form.html", "organizations/admin/key_shown.html"
LONGEST_DAYS = 36_500
ACCESS = (
    ("read-only", "Read everything"),
    ("read-write", "Read and change everything"),
    ("", "Only what is ticked"),
)
GRACE = (
    ("", "Goes on until it is revoked"),
    ("168", "Ends in a week"),
    ("24", "Ends in a day"),
    ("0", "Ends at once"),
)


class KeyForm(forms.Form):
    """`wire_names` leads from what a service names to the form's own field."""

    wire_names: ClassVar[dict[str, str]] = {}

    def show(self, refusal: DomainError) -> None:
        named = [detail for detail in refusal.details if self.wire_names.get(detail.get("field", ""))]
        for detail in named:
            self.add_error(self.wire_names[detail["field"]], detail["message"])
        if not named:
            self.add_error(None, refusal.message)


class NewKeyForm(KeyForm):
    wire_names: ClassVar = {"name": "name", "scopes": "scopes", "expiresAt": "days"}

    organization = forms.ModelChoiceField(
        Organization.objects.none(), empty_label=None, widget=UnfoldAdminSelectWidget()
    )
    name = forms.CharField(
        widget=UnfoldAdminTextInputWidget(), help_text="What it is for, for example “Website”."
    )
    access = forms.ChoiceField(
        choices=ACCESS, required=False, initial="read-only", label="May", widget=UnfoldAdminSelectWidget()
    )
    scopes = forms.MultipleChoiceField(
        choices=[(scope, scope) for scope in SCOPES],
        required=False,
        label="And also",
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        help_text="Writing includes reading.",
    )
    days = forms.IntegerField(
        min_value=1,
        max_value=LONGEST_DAYS,
        required=False,
        label="Days until it expires",
        widget=UnfoldAdminIntegerFieldWidget(),
        help_text="Left empty: never.",
    )

    def __init__(self, *args: Any, reach: Reach, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owned = reach.owned_organizations()
        field: Any = self.fields["organization"]
        field.queryset = owned
        only = list(owned[:2])
        if len(only) == 1:
            field.widget, field.initial = forms.HiddenInput(), only[0].pk

    def make(self, request: HttpRequest) -> Made:
        asked, days = self.cleaned_data, self.cleaned_data["days"]
        return services.create_api_key(
            organization=asked["organization"],
            name=asked["name"],
            scopes=[*PRESETS.get(asked["access"], ()), *asked["scopes"]],
            expires_at=clock.now() + timedelta(days=days) if days else None,
            actor=actor_of(request),
        )


class RotateForm(KeyForm):
    wire_names: ClassVar = {"graceHours": "grace"}

    grace = forms.ChoiceField(
        choices=GRACE, required=False, label="The present key", widget=UnfoldAdminSelectWidget()
    )

    def make(self, request: HttpRequest, key: ApiKey) -> Made:
        grace = self.cleaned_data["grace"]
        return services.rotate_api_key(
            key=key, actor=actor_of(request), grace_hours=float(grace) if grace else None
        )


class KeyPages(TenantAdmin):
    """What an owner does with keys. Each page does it on POST alone."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("<uuid:key_id>/rotate/", view(self.rotate_view), name="organizations_apikey_rotate"),
            path("<uuid:key_id>/revoke/", view(self.revoke_view), name="organizations_apikey_revoke"),
            *super().get_urls(),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return reach_of(request).owns_somewhere()

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = NewKeyForm(request.POST or None, reach=reach_of(request))
        said = {"title": "Make an API key", "button": "Make the key"}
        return self._making(request, form, partial(form.make, request), said)

    def rotate_view(self, request: HttpRequest, key_id: UUID) -> HttpResponse:
        key = self._owned(request, key_id)
        if key is None:
            return self._gone(request, key_id)
        form = RotateForm(request.POST if request.method == "POST" else None)
        said = {
            "title": f"Rotate “{key.name}”",
            "button": "Make its successor",
            "told": "A new key of the same name and scopes is made and shown once.",
        }
        return self._making(request, form, partial(form.make, request, key), said)

    def revoke_view(self, request: HttpRequest, key_id: UUID) -> HttpResponse:
        key = self._owned(request, key_id)
        if key is None:
            return self._gone(request, key_id)
        if request.method != "POST":
            said = {
                "title": f"Revoke “{key.name}”",
                "button": "Revoke it",
                "told": "Calls with it are refused from the next one on. This can't be taken back.",
            }
            return self._page(request, FORM, {"form": KeyForm(), **said})
        with transaction.atomic():
            services.revoke_api_key(key=key, actor=actor_of(request))
        self.message_user(request, f"“{key.name}” is revoked.", messages.SUCCESS)
        return redirect(reverse("admin:organizations_apikey_change", args=[key.pk]))

    def _making(
        self, request: HttpRequest, form: Any, make: Callable[[], Made], said: dict[str, str]
    ) -> HttpResponse:
        if form.is_valid():
            try:
                with transaction.atomic():
                    key, text = make()
            except DomainError as refusal:
                form.show(refusal)
            else:
                return self._page(request, SHOWN, {"title": key.name, "key": key, "text": text})
        return self._page(request, FORM, {"form": form, **said})

    def _owned(self, request: HttpRequest, key_id: UUID) -> ApiKey | None:
        """None for what isn't there for this person; who only looks on is refused."""
        key: ApiKey | None = self.get_object(request, str(key_id))
        if key is not None and not reach_of(request).owns(key.organization_id):
            raise PermissionDenied
        return key

    def _gone(self, request: HttpRequest, key_id: UUID) -> HttpResponse:
        gone: HttpResponse = self._get_obj_does_not_exist_redirect(request, self.opts, str(key_id))
        return gone

    def _page(self, request: HttpRequest, template: str, said: dict[str, Any]) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, **said}
        return TemplateResponse(request, template, context)
