"""What every page of the staff's admin shares: it starts from the organizations that the person belongs to."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin, TabularInline
from unfold.paginator import InfinitePaginator

from bookingflow.organizations.admin_base.filters import OrganizationFilter, TenantFilter
from bookingflow.organizations.admin_base.reach import reach_of
from bookingflow.organizations.admin_base.shown import EMPTY, list_link, side_by_side

ORGANIZATION = "organization"


class TenantAdmin(ModelAdmin):  # type: ignore[misc]
    """To look at, by every role. `organization_path` leads from a row to its organization.

    `subject_type` is what the audit calls such a row; without one it has no trail of its own. `nothing_yet` is said
    of a list that is empty because nothing has happened.
    """

    organization_path = ORGANIZATION
    subject_type = ""
    nothing_yet = ""
    change_list_template = "organizations/admin/change_list.html"
    show_facets = admin.ShowFacets.NEVER
    view_on_site = False
    list_per_page = 50
    list_filter_submit = True
    list_filter: Sequence[type[TenantFilter]] = (OrganizationFilter,)
    empty_value_display = EMPTY
    actions: ClassVar[list[str]] = []

    def organization_of(self, row: Any) -> UUID:
        owner: UUID = row.organization_id
        return owner

    # What may be seen

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return reach_of(request).seen(super().get_queryset(request), self.organization_path)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return reach_of(request).somewhere()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        reach = reach_of(request)
        return reach.somewhere() if obj is None else reach.sees(self.organization_of(obj))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    # Lists

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        columns = super().get_list_display(request)
        return [name for name in columns if name != ORGANIZATION or reach_of(request).in_several()]

    def get_list_filter(self, request: HttpRequest) -> list[type[TenantFilter]]:
        several = reach_of(request).in_several()
        return [each for each in self.list_filter if several or each is not OrganizationFilter]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only what the list offers: any column would do otherwise, those that are never shown among them."""
        return any(lookup in each.parameters() for each in self.list_filter)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        found: tuple[QuerySet[Any], bool] = super().get_search_results(
            request, queryset, search_term.replace("\x00", "")
        )
        return found

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if any("\x00" in value for value in request.GET.values()):
            return redirect(request.path)
        shown = {"nothing_yet": self.nothing_yet, "title": self.opts.verbose_name_plural.capitalize()}
        page: HttpResponse = super().changelist_view(request, {**shown, **(extra_context or {})})
        return page

    # The trail: the audit keeps it, so Django's own log stays empty

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        shown = {"show_history": bool(self.subject_type), **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, shown)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))
        if row is None or not self.subject_type:
            gone: HttpResponse = self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
            return gone
        trail = reverse("admin:organizations_auditentry_changelist")
        return redirect(f"{trail}?{urlencode(self._subject(row))}")

    def _subject(self, row: Model) -> dict[str, str]:
        return {"subject_type": self.subject_type, "subject_id": str(row.pk)}

    @admin.display(description="See also")
    def trails(self, row: Model) -> SafeString:
        """The audit and the events of this row; a subclass puts further links in front."""
        subject = self._subject(row)
        return side_by_side(
            [
                *self.links(row),
                list_link("organizations_auditentry", "Audit trail", **subject),
                list_link("webhooks_event", "Events", subject_id=subject["subject_id"]),
            ]
        )

    def links(self, row: Any) -> Iterable[SafeString]:
        return ()

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        return None

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        return None

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        return None


class LongListAdmin(TenantAdmin):
    """For tables that grow for ever: nothing is counted, one turns pages."""

    paginator = InfinitePaginator
    show_full_result_count = False


class TenantInline(TabularInline):  # type: ignore[misc]
    """Rows that belong to the one shown, to look at: whoever may see that one may see them."""

    extra = 0
    can_delete = False
    show_change_link = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return reach_of(request).somewhere()

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
