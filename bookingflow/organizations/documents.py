"""What is shown of API keys."""

from collections.abc import Mapping
from typing import Any

from bookingflow.lib import json
from bookingflow.organizations.models import ApiKey


def api_key_document(key: ApiKey) -> dict[str, Any]:
    """`prefix` is the part of the key that is no secret, so that its holder can tell which one it is."""
    return {
        "id": str(key.id),
        "name": key.name,
        "prefix": f"bf_live_{key.public_part}",
        "scopes": key.scopes,
        "createdAt": json.instant(key.created_at),
        "expiresAt": json.instant_or_none(key.expires_at),
        "revokedAt": json.instant_or_none(key.revoked_at),
        "lastUsedAt": json.instant_or_none(key.last_used_at),
    }


def told_new_key(document: Mapping[str, Any]) -> str:
    """A key as a person is shown it, the only time."""
    scopes = " ".join(document["scopes"])
    return f"{document['key']}\nKeep it now: it is not shown again.\nId: {document['id']}\nScopes: {scopes}"
