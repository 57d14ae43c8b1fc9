"""What a key may do: its organization's plan, then its scopes."""

from typing import Any, Final

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from bookingflow.api.authentication import caller_key
from bookingflow.lib.errors import Forbidden, PlanRequired, Unauthorized
from bookingflow.organizations.scopes import covers

ANY_SCOPE: Final = "any"
# For what anybody may ask, without a key; such a view has no authentication either.
PUBLIC: Final = "public"
# The framework's name for what answers OPTIONS.
OPTIONS: Final = "metadata"


class HasScope(BasePermission):
    """Each view names the scope of each action in `scopes`; an action without one is refused to all."""

    def has_permission(self, request: Request, view: Any) -> bool:
        action = getattr(view, "action", None)
        if action in (None, OPTIONS):  # no such method here: 405 says so
            return True
        if view.scopes[action] == PUBLIC:
            return True
        if request.auth is None:
            raise Unauthorized
        key = caller_key(request)
        if not key.organization.has_api:
            raise PlanRequired
        needed = view.scopes[action]
        if needed != ANY_SCOPE and not covers(key.scopes, needed):
            raise Forbidden(f"This key lacks the scope {needed}.", [{"scope": needed}])
        return True
