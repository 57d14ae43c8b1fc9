"""Answers. A ready-made part goes in as `json.Fragment` and is not serialized again."""

from typing import Any

from rest_framework.renderers import BaseRenderer

from bookingflow.lib import json


class JSONRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None  # JSON is UTF-8 (RFC 8259, section 8.1)
    render_style = "binary"

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        return b"" if data is None else json.dumps(data)
