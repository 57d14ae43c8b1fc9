"""`Accept` (RFC 9110, section 12.5.1): answers are JSON, for whoever takes JSON."""

import re
from collections.abc import Sequence
from typing import Any

from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

_REFUSED = re.compile(r"q\s*=\s*0(\.0{0,3})?\s*\Z", re.IGNORECASE)


class Negotiation(DefaultContentNegotiation):
    """DRF's own knows no weights: `application/json;q=0` says that JSON is not taken."""

    def select_renderer(  # type: ignore[override]
        self, request: Request, renderers: Sequence[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, Any]:
        renderer = renderers[0]
        if not takes(request.headers.get("Accept", ""), str(renderer.media_type)):
            raise NotAcceptable
        return renderer, renderer.media_type


def takes(accept: str, media_type: str) -> bool:
    """Whether the range that fits best, among those of the header, doesn't refuse it. No ranges take anything."""
    weights: dict[str, bool] = {}
    for sent in filter(None, (part.strip() for part in accept.split(","))):
        named, *parameters = (part.strip() for part in sent.lower().split(";"))
        refused = any(_REFUSED.match(parameter) for parameter in parameters)
        weights[named] = weights.get(named, False) or not refused
    fitting = (media_type, media_type.partition("/")[0] + "/*", "*/*")
    return next((weights[named] for named in fitting if named in weights), not weights)
