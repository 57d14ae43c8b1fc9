"""Files that are none of bookings are refused in a sentence that leads to the place."""

import io

import pytest

from bookingflow.lib.errors import InvalidRequest
from bookings.transfer import files

HEADER = b"room.slug,start,customer.name\r\n"
ROW = b"vault,2026-01-01T10:00:00Z,Ada\r\n"
LETTERS = b"A" * (files.CHUNK - len(HEADER) - 1) + b"\n"


def read(content: bytes) -> list[tuple[int, object]]:
    return list(files.read(io.BytesIO(content)))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "The first line has to name the columns"),
        (b"\r\n\r\n", "The first line has to name the columns"),
        (HEADER.replace(b",", b";") + ROW, "The first line has to name the columns"),
        (b"start,customer.name\r\n" + ROW, "There has to be a column room.slug or room.bookingType"),
        (b"room.slug,customer.name\r\n" + ROW, "There has to be a column start"),
        (b"room.slug,start,start\r\n", "start: This column is there twice"),
        (b"room.slug,start,color\r\n", "color: There is no such column"),
        (HEADER + ROW + ROW.replace(b"Ada", b"Zo\xeb"), "no UTF-8: see line 3"),
        (HEADER + LETTERS + b"\xff", "no UTF-8: see line 3"),
        (HEADER + ROW + b"Zo\xc3", "no UTF-8: see line 3"),
        ((HEADER + ROW).decode().encode("utf-16"), "no UTF-8: see line 1"),
        (HEADER + ROW + b"vault,x," + b"A" * (files.LONGEST + 1), "Line 3 is no CSV: field larger"),
        (HEADER + ROW + b'vault,x,"Ada\r\n', "Line 3 is no CSV: unexpected end"),
        (b'{"start": 1}', "A JSON file has to be one list"),
        (b'[\n{"start": 1},\n{"sta', "From line 3 on this is no JSON"),
        (b'[\n{"start": 1}\n', "From line 3 on this is no JSON"),
        (b'[{"start": 1}] x', "From line 1 on this is no JSON"),
        (b"\n[" * 100_000, "From line 3 on this is no JSON"),
        (b'[\n{"notes": "' + b"A" * 2 * files.LONGEST + b'"}]', "From line 2 on this is no JSON"),
    ],
)
def test_what_is_no_file_of_bookings_is_refused_with_the_place(content: bytes, told: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        read(content)
    assert told in refused.value.message


@pytest.mark.parametrize(
    "content",
    [
        HEADER + ROW,
        b"\xef\xbb\xbf" + HEADER + ROW,
        (HEADER + ROW).replace(b"\r\n", b"\n"),
        HEADER + b"\n\n" + ROW,
    ],
)
def test_a_byte_order_mark_and_any_line_end_are_taken(content: bytes) -> None:
    [(_, document)] = read(content)
    assert document == {
        "room": {"slug": "vault"},
        "start": "2026-01-01T10:00:00Z",
        "customer": {"name": "Ada"},
    }


def test_a_row_that_is_none_is_named_by_its_line_and_the_others_are_read() -> None:
    found = read(HEADER + ROW + HEADER + b"vault,x\r\n" + ROW)
    assert [line for line, _ in found] == [2, 3, 4, 5]
    assert found[1][1] == "The names of the columns stand here once more."
    assert found[2][1] == "3 cells are expected, and here are 2."
