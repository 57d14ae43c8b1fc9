"""What can be said of every operation alike is said here, after drf-spectacular has read routes and serializers:
headers, error codes, examples, what an identifier is."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from bookingflow.api.document_parts import (
    CODES,
    DETAILS,
    HEADERS,
    IDENTIFIERS,
    MESSAGES,
    ON_EVERY_ANSWER,
    PARAMETERS,
    PREFLIGHT,
    TAGS,
)
from bookingflow.lib import json

METHODS = ("get", "post", "put", "patch", "delete")
JSON = "application/json"
WORD = re.compile(r"\b[A-Z]{3,}(?:_[A-Z]+)*\b")
REPLAYED = frozenset({"200", "201", "202", "204", "400", "404", "409", "412", "422"})
ALIKE = frozenset({"401", "403", "406", "412", "413", "415", "429", "500", "503"})
OF_CATALOG = ("Access-Control-Allow-Origin", "Access-Control-Expose-Headers")
Document = dict[str, Any]


def finish(result: Document) -> Document:
    result["components"]["headers"] = HEADERS
    result["components"]["responses"] = {}
    result["tags"] = [
        {"name": name, "description": TAGS[name]} for name in TAGS if name in _tags_used(result)
    ]
    versioned = _versioned(result)
    for path, item in result["paths"].items():
        for _, operation in operations_of(item):
            _tell_parameters(path, operation)
            _tell_errors(operation)
            _tell_headers(operation, part_of(path) in versioned)
            _show_examples(operation)
            _share(operation, result["components"]["responses"])
    catalog = result["paths"]["/api/v1/catalog"]
    too_many = {"429": catalog["get"]["responses"]["429"]}
    catalog["options"] = {**PREFLIGHT, "responses": {**PREFLIGHT["responses"], **too_many}}
    return result


def operations_of(item: Document) -> Iterator[tuple[str, Document]]:
    return ((method, item[method]) for method in METHODS if method in item)


def _tags_used(document: Document) -> set[str]:
    return {
        tag
        for item in document["paths"].values()
        for _, operation in operations_of(item)
        for tag in operation["tags"]
    }


def _tell_parameters(path: str, operation: Document) -> None:
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "path":
            before = path.partition(f"{{{parameter['name']}}}")[0]
            prefix = max((known for known in IDENTIFIERS if before.startswith(known)), key=len)
            parameter["description"], parameter["example"] = IDENTIFIERS[prefix]
            parameter["schema"] |= {"minLength": 1}
        elif parameter.get("required") and parameter["name"] in PARAMETERS:
            parameter["example"] = PARAMETERS[parameter["name"]]


def _tell_errors(operation: Document) -> None:
    for status, response in operation["responses"].items():
        if int(status) < 400:
            response["description"] = response["description"] or _said(int(status))
            continue
        codes = [code for code in WORD.findall(response["description"]) if CODES.get(code) == int(status)]
        codes = list(dict.fromkeys(codes))
        schema = {
            "allOf": [{"$ref": "#/components/schemas/Error"}],
            "properties": {"error": {"properties": {"code": {"enum": codes}}}},
        }
        examples = {code: {"value": _error(code)} for code in codes}
        response["content"] = {JSON: {"schema": schema, "examples": examples}}


def _said(status: int) -> str:
    return {
        200: "As asked.",
        201: "Made.",
        202: "Taken on: it happens in the background.",
        204: "Done; there is nothing to show.",
        304: "Nothing changed.",
    }[status]


def _error(code: str) -> Document:
    error = {"code": code, "message": MESSAGES[code], "requestId": "0f6c2b7a9d414d5e8a3c1b2f4e6d7c80"}
    return {"error": error | ({"details": DETAILS[code]} if code in DETAILS else {})}


def _tell_headers(operation: Document, versioned: bool) -> None:
    named = {parameter["name"] for parameter in operation.get("parameters", ())}
    for status, response in operation["responses"].items():
        names = [*ON_EVERY_ANSWER, *_headers_of(status, operation), *response.get("headers", ())]
        if "Idempotency-Key" in named and status in REPLAYED:
            names.append("Idempotent-Replayed")
        if versioned and status in {"200", "201", "304"} and _is_one_row(response, status):
            names.append("ETag")
        if operation["tags"] == ["Catalog"]:
            names += [*OF_CATALOG, *(["ETag", "Cache-Control"] if int(status) < 400 else [])]
        response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _headers_of(status: str, operation: Document) -> list[str]:
    told = operation["responses"][status]["description"]
    waits = status in {"429", "503"} or "IDEMPOTENCY_IN_PROGRESS" in told
    return {"201": ["Location"], "401": ["WWW-Authenticate"]}.get(status, []) + (
        ["Retry-After"] if waits else []
    )


def _versioned(document: Document) -> set[str]:
    """The parts of the API whose rows have an `ETag`: something of them can be changed under `If-Match`."""
    return {
        part_of(path)
        for path, item in document["paths"].items()
        for _, operation in operations_of(item)
        if any(parameter["name"] == "If-Match" for parameter in operation.get("parameters", ()))
    }


def part_of(path: str) -> str:
    """`/api/v1/bookings` of one API, `/api/bookings` of the other."""
    names = path.split("/")
    return "/".join(names[: 4 if names[2] == "v1" else 3])


def _is_one_row(response: Document, status: str) -> bool:
    schema = response.get("content", {}).get(JSON, {}).get("schema", {})
    return status == "304" or not schema.get("$ref", "Page").endswith("Page")


def _show_examples(operation: Document) -> None:
    """Only where examples.json has one; a test finds what has none."""
    body = operation.get("requestBody", {}).get("content", {}).get(JSON)
    if body:
        body |= _example_of(body["schema"])
    for status, response in operation["responses"].items():
        content = response.get("content", {}).get(JSON)
        if content and int(status) < 400:
            content |= _example_of(content["schema"])


def _example_of(schema: Document) -> Document:
    name = schema["$ref"].rpartition("/")[2]
    row = name.removesuffix("Page")
    if name in examples():
        return {"example": examples()[name]}
    if name != row and row in examples():
        return {"example": {"results": [examples()[row]], "next": None, "previous": None}}
    return {}


@cache
def examples() -> Document:
    """By component."""
    found: Document = json.loads((Path(__file__).parent / "examples.json").read_bytes())
    return found


def _share(operation: Document, shared: Document) -> None:
    """An error that is told in the same words everywhere stands once, among the components."""
    for status, response in operation["responses"].items():
        if status not in ALIKE:
            continue
        codes = list(response["content"][JSON]["examples"])
        name = "".join(word.title() for word in codes[0].split("_"))
        if shared.setdefault(name, response) == response:
            operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}
