"""`Authorization: Bearer <key>`."""

from typing import TYPE_CHECKING, cast

from django.db import Error as DatabaseFault
from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from bookingflow.lib import api_keys, clock
from bookingflow.lib.errors import Unauthorized
from bookingflow.organizations import queries
from bookingflow.organizations.audit import Actor, ActorKind
from bookingflow.organizations.models import ApiKey

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


class ApiKeyAuthentication(BaseAuthentication):
    """One indexed query a request, none for a mistyped key. `request.user` is the actor, `request.auth` the key."""

    def authenticate(self, request: Request) -> tuple[Actor, ApiKey]:
        key = key_behind(request._request)
        if isinstance(key, Exception):
            raise key
        return Actor(ActorKind.API_KEY, str(key.id), key.name), key

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def key_behind(request: HttpRequest) -> ApiKey | Unauthorized | DatabaseFault:
    """The key that a request came with, or what is wrong: found out once, for the limits and for the view."""
    if not hasattr(request, "key_behind"):
        try:
            found: ApiKey | Unauthorized | DatabaseFault = _key_of(request.META.get("HTTP_AUTHORIZATION", ""))
        except (Unauthorized, DatabaseFault) as fault:
            found = fault
        request.key_behind = found  # type: ignore[attr-defined]
    return request.key_behind  # type: ignore[attr-defined, no-any-return]


def caller_key(request: Request) -> "WithAnnotations[ApiKey, queries.ReadAt]":
    """The key that the request came with; `read_at` is the database's clock when it was looked up."""
    return cast("WithAnnotations[ApiKey, queries.ReadAt]", request.auth)


def _key_of(header: str) -> ApiKey:
    scheme, _, text = header.partition(" ")
    parsed = api_keys.parse(text.strip()) if scheme.lower() == "bearer" else None
    if parsed is None:
        raise Unauthorized
    key = queries.find_key(parsed.public_part)
    if key is None or not api_keys.matches(parsed, bytes(key.secret_hash)):
        raise Unauthorized
    now = clock.from_database(key.read_at)
    if key.revoked_at or (key.expires_at and key.expires_at <= now):
        raise Unauthorized
    queries.note_use(key, now)
    return key
