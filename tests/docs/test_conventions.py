"""docs/api/conventions.md names what the code knows."""

import re

from bookingflow.api.document_parts import CODES
from bookingflow.lib.names import RESERVED_WORDS
from tests.processes import ROOT

PAGE = (ROOT / "docs" / "api" / "conventions.md").read_text()


def test_the_reserved_words_are_those_of_the_code() -> None:
    told = PAGE.partition("none of these reserved words:")[2]
    assert set(re.findall(r"`([^`]+)`", told)) == RESERVED_WORDS


def test_every_error_code_that_is_named_is_one() -> None:
    told = set(re.findall(r"\b[A-Z]{3,}(?:_[A-Z]+)+\b", PAGE))
    assert told
    assert told <= set(CODES)
