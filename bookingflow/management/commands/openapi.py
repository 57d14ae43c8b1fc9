"""Writes the OpenAPI document, as it is served."""

from typing import Any

from django.core.management.base import BaseCommand

from bookingflow.api.document import openapi_document


class Command(BaseCommand):
    help = "Prints the OpenAPI document of both APIs (docs/api/openapi.json is made so)."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(openapi_document().decode())
