"""docs/api/venue-api.md shows what the OpenAPI document knows."""

import json
import re

import pytest

from bookingflow.api.document_parts import CODES
from rooms.availability import ReasonCode
from tests.answers import document, validator
from tests.processes import ROOT

PAGE = (ROOT / "docs" / "api" / "venue-api.md").read_text()
# ```json Booking … ```: what is shown is a Booking.
SHOWN = re.findall(r"```json (\w+)\n(.*?)```", PAGE, re.DOTALL)
CALLS = re.findall(r"`(GET|POST|PUT|PATCH|DELETE) (/[\w/{}-]*)", PAGE)
CODE = re.compile(r"`([A-Z]{2,}(?:_[A-Z]+)+|[A-Z]{4,})`")
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


@pytest.mark.parametrize("number", range(len(SHOWN)))
def test_what_is_shown_is_as_the_document_says(number: int) -> None:
    component, text = SHOWN[number]
    validator({"$ref": f"#/components/schemas/{component}"}).validate(json.loads(text))


def test_nothing_is_shown_without_saying_what_it_is() -> None:
    assert len(SHOWN) == PAGE.count("```") // 2


def test_every_call_that_is_named_is_one() -> None:
    paths = {re.sub(r"{\w+}", "{id}", path): item for path, item in document()["paths"].items()}
    assert CALLS
    assert [call for call in CALLS if call[0].lower() not in paths.get(f"/api/v1{call[1]}", ())] == []


def test_every_code_that_is_named_is_one() -> None:
    told = set(CODE.findall(re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL))) - METHODS
    assert told >= {code.value for code in ReasonCode}
    assert told <= {*CODES, *(code.value for code in ReasonCode)}
