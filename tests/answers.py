"""Holds every answer of every API test against the OpenAPI document: status, headers, body.

There are no exceptions: what the document doesn't say, the API doesn't answer.
"""

import copy
import json
import re
from functools import cache
from typing import Any

from django.http import HttpResponse
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import best_match

from bookingflow.api.document import openapi_document

# Of the framework and the server, on every page alike.
EVERYWHERE = {
    "allow",
    "connection",
    "content-type",
    "content-length",
    "vary",
    "x-frame-options",
    "x-content-type-options",
    "referrer-policy",
    "cross-origin-opener-policy",
}
# The document itself, and the page that shows it.
NO_CALLS = {"/api/openapi.json", "/api/docs"}
NOT_ALWAYS = {"ETag", "Retry-After", "Idempotent-Replayed"}


def check_answer(method: str, path: str, answer: HttpResponse) -> None:
    path = re.sub(r"^/v1/", "/api/v1/", path.partition("?")[0].removesuffix("/"))
    if not path.startswith("/api/") or path in NO_CALLS:
        return
    item = _item_of(path)
    told = item and item.get("get" if method == "HEAD" else method.lower())
    if told:
        _check_told(f"{method} {path}", told, answer, bare=method == "HEAD")
    else:
        _check_refused(method, path, answer, known=item is not None)


def _check_refused(method: str, path: str, answer: HttpResponse, *, known: bool) -> None:
    """No such path, or no such method there: no operation tells of that."""
    assert answer.status_code == (405 if known else 404), f"{method} {path}: {answer.status_code}"
    fault = best_match(error_validator().iter_errors(json.loads(answer.content)))
    assert fault is None, f"{method} {path}: {fault}"


def _check_told(name: str, operation: dict[str, Any], answer: HttpResponse, *, bare: bool) -> None:
    status = str(answer.status_code)
    assert status in operation["responses"], f"{name}: {status} is not in the document\n{answer.content!r}"
    response = resolved(operation["responses"][status])
    _check_headers(f"{name} {status}", response["headers"], answer)
    if "content" not in response or bare:
        assert not answer.content, f"{name}: {status} has a body: {answer.content!r}"
        return
    assert answer["Content-Type"] == "application/json", f"{name}: {answer['Content-Type']}"
    validator = validator_of(operation["operationId"], status)
    fault = best_match(validator.iter_errors(json.loads(answer.content)))
    assert fault is None, f"{name}: {status} at {fault.json_path}: {fault.message}"


def _check_headers(name: str, told: dict[str, Any], answer: HttpResponse) -> None:
    given = {header.lower() for header in answer.headers}
    untold = given - EVERYWHERE - {header.lower() for header in told}
    assert not untold, f"{name}: {untold} not in the document"
    missing = {header for header in set(told) - NOT_ALWAYS if header.lower() not in given}
    assert not missing, f"{name}: {missing} in the document alone"


@cache
def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(openapi_document())
    return found


@cache
def closed_components() -> dict[str, Any]:
    """As in the document, but an answer may have no field beside those: then none goes untold."""
    components = copy.deepcopy(document()["components"])
    for schema in components["schemas"].values():
        if "properties" in schema:
            schema["additionalProperties"] = False
    return components


@cache
def _templates() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    """Fixed words win over parameters."""
    paths = sorted(document()["paths"].items(), key=lambda found: found[0].count("{"))
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path) + r"\Z"), item) for path, item in paths]


def _item_of(path: str) -> dict[str, Any] | None:
    return next((item for pattern, item in _templates() if pattern.match(path)), None)


@cache
def validator_of(operation_id: str, status: str) -> Draft202012Validator:
    operation = operations()[operation_id]
    return validator(resolved(operation["responses"][status])["content"]["application/json"]["schema"])


@cache
def error_validator() -> Draft202012Validator:
    return validator({"$ref": "#/components/schemas/Error"})


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    whole = {"allOf": [schema], "components": closed_components()}
    return Draft202012Validator(whole, format_checker=FormatChecker())


def operations() -> dict[str, dict[str, Any]]:
    items = document()["paths"].values()
    return {operation["operationId"]: operation for item in items for operation in item.values()}


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in part:
        return part
    found: Any = document()
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return dict(found)
