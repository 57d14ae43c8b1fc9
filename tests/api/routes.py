"""Every route of the API as the router knows it, so that a test that walks them finds new ones by itself."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import uuid4

from django.urls import URLPattern, URLResolver, get_resolver

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


class Route(NamedTuple):
    method: str
    path: str
    view: Any

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def parameters(self) -> list[str]:
        return PARAMETER.findall(self.path)

    @property
    def fresh_key(self) -> str | None:
        """An Idempotency-Key that was never used, where nothing goes without one."""
        needed = self.method == "POST" and not self.path.startswith("/api/v1/")
        return uuid4().hex if needed else None

    def filled(self, **values: Any) -> str:
        return PARAMETER.sub(lambda found: str(values[found[1]]), self.path)


def api_routes() -> list[Route]:
    """Of both APIs, method by method."""
    return [route for route in _routes(get_resolver().url_patterns, "/") if route.path.startswith("/api/")]


def _routes(patterns: list[Any], prefix: str) -> Iterator[Route]:
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern) and hasattr(pattern.callback, "actions"):
            for method in pattern.callback.actions:
                yield Route(method.upper(), path, pattern.callback)
