"""The OpenAPI document is valid, current and whole, and its examples are true."""

import json
import re
from typing import Any

import pytest
from openapi_spec_validator import validate
from rest_framework import serializers

from bookingflow.api.document import made_document, openapi_document
from bookingflow.api.document_parts import CODES
from bookingflow.organizations.scopes import SCOPES
from tests.answers import document, operations, resolved, validator
from tests.api.routes import PARAMETER, api_routes
from tests.processes import ROOT

JSON = "application/json"
SNAPSHOT = ROOT / "docs" / "api" / "openapi.json"
OPERATIONS = sorted(operations())


def test_it_is_valid() -> None:
    validate(document())
    assert document()["openapi"].startswith("3.1")


def test_the_snapshot_is_current() -> None:
    assert SNAPSHOT.read_bytes() == openapi_document(), "run `make openapi` and look at the difference"


def test_it_is_served_as_it_stands(client: Any, db: None) -> None:
    assert client.get("/api/openapi.json").content == openapi_document()


def test_it_is_made_without_a_warning(capfd: pytest.CaptureFixture[str]) -> None:
    made_document.cache_clear()
    openapi_document()
    assert "arning" not in capfd.readouterr().err


def test_routes_and_paths_are_the_same() -> None:
    routed = {(route.method.lower(), PARAMETER.sub(r"{\1}", route.path)) for route in api_routes()}
    routed = {each for each in routed if each[0] != "head"}  # known once a path was asked; it goes with GET
    told = {(method, path) for path, item in document()["paths"].items() for method in item}
    assert told - {("options", "/api/v1/catalog")} == routed


def test_every_field_of_a_serializer_is_in_the_document() -> None:
    schemas = document()["components"]["schemas"]
    for serializer in _serializers():
        name = serializer.__name__.removesuffix("Serializer")
        told = {*_properties(schemas.get(name)), *_properties(schemas.get(f"{name}Request"))}
        fields = serializer().fields
        writable = {field for field in fields if not fields[field].read_only}
        assert not told or writable <= told <= set(fields), name


def test_every_component_comes_from_a_serializer() -> None:
    known = {serializer.__name__.removesuffix("Serializer") for serializer in _serializers()}
    told = {name.removesuffix("Request") for name in document()["components"]["schemas"]}
    assert {name for name in told - known if not name.endswith(("Enum", "Page"))} == {
        "BlockedTime",
        "PaymentOrBooking",
    }


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_is_told_in_words(name: str) -> None:
    operation = operations()[name]
    assert operation["summary"][0].isupper()
    assert operation["description"].endswith((".", "`."))
    assert set(operation["tags"]) <= {tag["name"] for tag in document()["tags"]}
    for response in map(resolved, operation["responses"].values()):
        assert response["description"]
    assert [each["name"] for each in operation.get("parameters", []) if not each.get("description")] == []


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_names_its_scope_and_its_errors(name: str) -> None:
    operation = operations()[name]
    for scheme in operation.get("security", []):
        assert set(scheme["apiKey"]) <= set(SCOPES)
        assert all(f"`{scope}`" in operation["description"] for scope in scheme["apiKey"])
    for status, response in operation["responses"].items():
        if int(status) >= 400:
            examples = resolved(response)["content"][JSON]["examples"]
            assert examples
            assert {CODES[code] for code in examples} == {int(status)}


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_body_has_an_example_that_is_true(name: str) -> None:
    operation = operations()[name]
    bodies = [operation.get("requestBody", {}), *map(resolved, operation["responses"].values())]
    for content in (body["content"][JSON] for body in bodies if "content" in body):
        examples = [each["value"] for each in content.get("examples", {}).values()] or [content["example"]]
        for example in examples:
            validator(content["schema"]).validate(example)


def test_a_request_names_all_that_it_may_carry() -> None:
    for name in re.findall(r'"#/components/schemas/(\w+Request)"', json.dumps(document()["paths"])):
        assert document()["components"]["schemas"][name]["additionalProperties"] is False


def _properties(schema: dict[str, Any] | None) -> set[str]:
    return set((schema or {}).get("properties", {}))


def _serializers() -> list[type[serializers.Serializer[Any]]]:
    found, left = [], [serializers.Serializer]
    while left:
        below = left.pop().__subclasses__()
        left += below
        found += [each for each in below if each.__module__.startswith(("bookingflow", "rooms", "customers"))]
        found += [each for each in below if each.__module__.startswith(("bookings", "webhooks"))]
    return found
