"""Bookings as rows of a spreadsheet: nothing runs, and what is read is what was written."""

import io
import json as standard_json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookingflow.lib.errors import InvalidRequest
from bookings.transfer import files
from bookings.transfer.cells import defused, restored

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30)
DOCUMENTS = st.fixed_dictionaries(
    {
        "reference": TEXTS.filter(bool),
        "guests": st.integers(1, 99),
        "customer": st.fixed_dictionaries({"name": TEXTS.filter(bool), "phone": TEXTS}),
        "metadata": st.dictionaries(TEXTS, TEXTS, max_size=3),
        "notes": TEXTS,
    }
)

NEEDED = "start,room.slug,"


def written(documents: list[dict[str, Any]], form: str) -> str:
    out = io.StringIO(newline="")
    files.write(documents, out, form=form)
    return out.getvalue()


def read(text: str) -> list[tuple[int, Any]]:
    return list(files.read(io.BytesIO(text.encode())))


@pytest.mark.parametrize(
    "formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "|cmd", "%1", "＝1", "\n=1", "'=1"]
)
def test_no_cell_begins_like_a_formula_and_reading_restores_it(formula: str) -> None:
    assert defused(formula) == "'" + formula
    assert restored(defused(formula)) == formula


@pytest.mark.parametrize("text", ["", "Ada", "O'Hara", "1+1", "a=b", " Ada"])
def test_other_text_stands_as_it_is(text: str) -> None:
    assert defused(text) == restored(text) == text


@given(TEXTS)
def test_every_text_comes_back(text: str) -> None:
    assert restored(defused(text)) == text


@pytest.mark.parametrize("form", files.FORMATS)
@given(documents=st.lists(DOCUMENTS, max_size=4))
def test_every_document_comes_back(form: str, documents: list[dict[str, Any]]) -> None:
    assert [document for _, document in read(written(documents, form))] == documents


def test_json_is_one_document_even_of_nothing() -> None:
    assert standard_json.loads(written([], "json")) == []
    assert standard_json.loads(written([{"id": 1}, {"id": 2}], "json")) == [{"id": 1}, {"id": 2}]


def test_each_row_is_known_by_the_line_on_which_it_begins() -> None:
    assert [line for line, _ in read(NEEDED + 'notes\n,,"two\nlines"\n\n,,x\n')] == [2, 5]
    assert [line for line, _ in read('[\n{"notes": "a"},\n\n{"notes":\n "b"}, {"notes": "c"}]')] == [2, 4, 5]


def test_a_long_list_is_read_piece_by_piece() -> None:
    documents = [{"notes": "x" * 3_000, "guests": number} for number in range(200)]
    pretty = standard_json.dumps(documents, indent=2)
    assert [document for _, document in read(pretty)] == documents


def test_a_byte_order_mark_is_passed_over() -> None:
    ((line, document),) = read(f"\ufeff{NEEDED}notes\n,,Hello\n")
    assert (line, document["notes"]) == (2, "Hello")


def test_a_row_with_too_few_cells_is_told_and_the_next_one_read() -> None:
    (_, told), (_, document) = read(f"{NEEDED}mode,notes\n,,private\n,,shared,Hi\n")
    assert "4 cells are expected" in told
    assert (document["mode"], document["notes"]) == ("shared", "Hi")


@pytest.mark.parametrize(
    "text",
    ["", "\n", "a;b\n1;2\n", "notes,color\na,b\n", "notes,notes\na,b\n", '{"bookings": []}', "[1", "[{}", "[{} {}]",
     '[{"a": NaN}', "[]]", '"', '[{"notes": ' + "[" * 100_000],
)  # fmt: skip
def test_what_is_no_file_of_bookings_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest):
        read(text)


def test_bytes_that_are_no_utf8_are_refused() -> None:
    with pytest.raises(InvalidRequest, match="UTF-8"):
        list(files.read(io.BytesIO(b"notes\n\xff\xfe\n")))
