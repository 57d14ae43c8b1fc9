"""docs/api/conventions.md names what the code knows."""

import re

from bookingflow.api.document_parts import CODES
from bookingflow.lib.names import RESERVED_WORDS
from tests.processes import ROOT

CODE = re.compile(r"`([A-Z]{3,}(?:_[A-Z]+)+|UNAUTHORIZED|FORBIDDEN)`")
PAGE = (ROOT / "docs" / "api" / "conventions.md").read_text()


def test_the_reserved_words_are_those_of_the_code() -> None:
    told = PAGE.partition("none of these reserved words:")[2]
    assert set(re.findall(r"`([^`]+)`", told)) == RESERVED_WORDS


def test_every_error_code_is_told_with_its_status() -> None:
    rows = re.findall(r"^\| ([\d, ]+) \| (.+?) \|", PAGE, re.MULTILINE)
    told = {
        code: {int(status) for status in row[0].split(", ")} for row in rows for code in CODE.findall(row[1])
    }
    assert set(told) == set(CODES)
    assert [code for code, statuses in told.items() if CODES[code] not in statuses] == []


def test_every_error_code_that_is_named_is_one() -> None:
    assert set(CODE.findall(PAGE)) <= set(CODES)
