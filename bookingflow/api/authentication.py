"""`Authorization: Bearer <key>`."""

from typing import TYPE_CHECKING, cast

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
        key = _key_of(request.META.get("HTTP_AUTHORIZATION", ""))
        return Actor(ActorKind.API_KEY, str(key.id), key.name), key

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


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
