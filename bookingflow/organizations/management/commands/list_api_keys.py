"""`manage.py list_api_keys --organization S`."""

from typing import Any

from django.core.management.base import CommandParser

from bookingflow.lib import commands
from bookingflow.organizations.documents import api_key_document
from bookingflow.organizations.queries import api_keys_of, organization_by


class Command(commands.Command):
    help = (
        "Lists an organization's API keys, those that ended included. The keys themselves are stored nowhere."
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", required=True, help="slug or id")

    def answer(self, **options: Any) -> list[dict[str, Any]]:
        organization = organization_by(options["organization"])
        return [api_key_document(key) for key in api_keys_of(organization)]

    def told(self, document: Any) -> str:
        return "\n\n".join(_told_key(key) for key in document) or "There is no API key."


def _told_key(key: dict[str, Any]) -> str:
    lines = [
        f"{key['name']}  {key['prefix']}",
        f"  id {key['id']}, made {key['createdAt']}, last used {key['lastUsedAt'] or 'never'}",
        f"  {' '.join(key['scopes'])}",
    ]
    if key["revokedAt"]:
        lines.append(f"  revoked {key['revokedAt']}")
    elif key["expiresAt"]:
        lines.append(f"  expires {key['expiresAt']}")
    return "\n".join(lines)
