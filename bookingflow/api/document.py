"""The OpenAPI document, made once per process from routes and serializers, and the page to try it on."""

from functools import cache

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from drf_spectacular.generators import SchemaGenerator


@cache
def openapi_document() -> bytes:
    generator = SchemaGenerator(api_version=None)  # type: ignore[no-untyped-call]
    schema = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return orjson.dumps(schema, option=orjson.OPT_INDENT_2, default=str) + b"\n"


def openapi_json(request: HttpRequest) -> HttpResponse:
    return HttpResponse(openapi_document(), content_type="application/json")


def docs_page(request: HttpRequest) -> HttpResponse:
    """Swagger UI from this machine's own files: paste a key, send real requests."""
    return render(request, "api/docs.html")
