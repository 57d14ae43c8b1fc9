"""`ETag`, `If-Match` and `If-None-Match` (RFC 9110, section 13): nobody overwrites what they have not seen, and
nobody is sent what they have."""

import re
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol

from rest_framework.request import Request

from bookingflow.lib import json
from bookingflow.lib.errors import Fault, InvalidRequest, PreconditionFailed

_TAG = re.compile(r'\s*(W/)?"([\x21\x23-\x7e]*)"\s*(?:,|\Z)')


class Versioned(Protocol):
    sequence: int
    updated_at: datetime


def etag_of(row: Versioned) -> str:
    """Of its own fields alone: what is computed beside it, such as availability, doesn't count."""
    return f'"{row.sequence:x}-{int(row.updated_at.timestamp() * 1_000_000):x}"'


def etag_of_document(document: Mapping[str, Any]) -> str:
    """Of all that is shown, for a resource whose look the clock alone, or another row, can change."""
    return f'"{sha256(json.canonical(document)).hexdigest()[:32]}"'


class IfMatch:
    """What the request asks the resource to be still. Held against the row after it is locked: `check(row)`; or
    against what is shown of it then: `check_document(document)`."""

    def __init__(self, request: Request) -> None:
        sent = request.headers.get("If-Match")
        self.tags = None if sent is None else _tags(sent)

    def check(self, row: Versioned) -> None:
        """Raises PreconditionFailed where the row is no longer what the client has seen."""
        self._check(etag_of(row))

    def check_document(self, document: Mapping[str, Any]) -> None:
        """The same, by `etag_of_document`."""
        self._check(etag_of_document(document))

    def _check(self, tag: str) -> None:
        if self.tags is not None and "*" not in self.tags and tag not in self.tags:
            raise PreconditionFailed


class IfNoneMatch:
    """What the client has already."""

    def __init__(self, request: Request) -> None:
        self.sent = request.headers.get("If-None-Match", "")

    def holds(self, tag: str) -> bool:
        """Whether it has the version of this tag: then 304 will do. Weak tags match too (section 13.1.2): what
        compresses an answer on its way weakens its tag. What can't be read is no reason to refuse."""
        return self.sent.strip() == "*" or tag.strip('"') in {found[2] for found in _TAG.finditer(self.sent)}


def _tags(sent: str) -> frozenset[str]:
    """Weak tags never match strongly (section 13.1.1), so they are left out."""
    if sent.strip() == "*":
        return frozenset({"*"})
    found, end = [], 0
    while end < len(sent):
        tag = _TAG.match(sent, end)
        if tag is None:
            raise InvalidRequest.of(Fault("If-Match", 'Entity tags are quoted, as in "2-64f1c2"; or *.'))
        found += [] if tag[1] else [f'"{tag[2]}"']
        end = tag.end()
    return frozenset(found)
