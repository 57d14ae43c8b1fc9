"""Files of bookings, written and read one by one: CSV, and JSON with one list of documents."""

import codecs
import csv
import io
import json as standard_json
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, TextIO

from bookingflow.lib import json
from bookingflow.lib.errors import Fault, InvalidRequest
from bookings.transfer.cells import COLUMNS, Document, from_cells, to_cells

FORMATS = ("csv", "json")
# What one booking may take up in a file: more than any export writes for one.
LONGEST = 1024 * 1024
CHUNK = 64 * 1024
# Of each of these one.
NEEDED = (("start",), ("room.slug", "room.bookingType"))
_SPACE = " \t\r\n"
_DECODER = standard_json.JSONDecoder()


def write(documents: Iterable[Document], out: TextIO, *, form: str) -> None:
    (_write_csv if form == "csv" else _write_json)(documents, out)


def read(file: BinaryIO) -> Iterator[tuple[int, Document | str]]:
    """Each booking with the line that it begins on; a sentence in place of one that can't be read.

    CSV or JSON by what the file begins with. Raises InvalidRequest for a file that can't be read on.
    """
    try:
        first = _first_letter(file)
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
        yield from _read_json(text) if first in (b"[", b"{") else _read_csv(text)
    except UnicodeDecodeError:
        raise InvalidRequest(f"The file is no UTF-8: see line {_line_that_is_no_utf8(file)}.") from None


def _line_that_is_no_utf8(file: BinaryIO) -> int:
    """Reads the file once more: its first reader knows no lines, only pieces."""
    file.seek(0)
    decoder, line = codecs.getincrementaldecoder("utf-8")(), 1
    while chunk := file.read(CHUNK):
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as fault:
            return line + fault.object.count(b"\n", 0, fault.start)
        line += chunk.count(b"\n")
    return line  # it ends in the middle of a letter


def _first_letter(file: BinaryIO) -> bytes:
    start = file.read(CHUNK).removeprefix(codecs.BOM_UTF8).lstrip()
    file.seek(0)
    return start[:1]


def _write_csv(documents: Iterable[Document], out: TextIO) -> None:
    lines = csv.writer(out, lineterminator="\r\n")  # with another end it writes a text with \r unquoted
    lines.writerow(COLUMNS)
    for document in documents:
        lines.writerow(to_cells(document))


def _write_json(documents: Iterable[Document], out: TextIO) -> None:
    separator = "["
    for document in documents:
        out.write(f"{separator}\n{json.dumps(document).decode()}")
        separator = ","
    out.write("[]\n" if separator == "[" else "\n]\n")


def _read_csv(text: TextIO) -> Iterator[tuple[int, Document | str]]:
    csv.field_size_limit(LONGEST)
    lines = csv.reader(text, strict=True)
    line = 1
    try:
        columns = next(lines, [])
        _check_columns(columns)
        line = lines.line_num + 1
        for cells in lines:
            if cells:
                yield line, _row(columns, cells)
            line = lines.line_num + 1
    except csv.Error as fault:
        raise InvalidRequest(f"Line {line} is no CSV: {fault}.") from None


def _check_columns(columns: list[str]) -> None:
    known = [name for name in columns if name in COLUMNS]
    if not known:
        raise InvalidRequest("The first line has to name the columns, as export_bookings writes them.")
    faults = [Fault(name, "There is no such column.", "unknown") for name in columns if name not in COLUMNS]
    faults += [Fault(name, "This column is there twice.") for name in set(known) if known.count(name) > 1]
    faults += [
        Fault(names[0], f"There has to be a column {' or '.join(names)}.", "required")
        for names in NEEDED
        if not set(names) & set(columns)
    ]
    if faults:
        raise InvalidRequest.of(*faults)


def _row(columns: list[str], cells: list[str]) -> Document | str:
    if cells == columns:
        return "The names of the columns stand here once more."
    if len(cells) != len(columns):
        return f"{len(columns)} cells are expected, and here are {len(cells)}."
    return from_cells(columns, cells)


def _read_json(text: TextIO) -> Iterator[tuple[int, Any]]:
    """Holds no more than one document and a chunk at a time."""
    reading = _Reading(text)
    if reading.next_letter() != "[":
        raise InvalidRequest("A JSON file has to be one list of bookings.")
    reading.pass_letter()
    if reading.next_letter() != "]":
        while True:
            line = reading.line_at_next()
            yield line, _document(reading.value())
            if reading.next_letter() != ",":
                break
            reading.pass_letter()
    if reading.next_letter() != "]":
        raise reading.malformed()
    reading.pass_letter()
    if reading.next_letter():
        raise reading.malformed()


def _document(value: Any) -> Document | str:
    return value if isinstance(value, dict) else "A booking has to be a JSON object."


class _Reading:
    """What was read of a JSON text and not yet understood, and the line on which that begins."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._held = ""
        self._at = 0
        self._line = 1

    def next_letter(self) -> str:
        """Behind white space; empty at the end."""
        while True:
            while self._at < len(self._held) and self._held[self._at] in _SPACE:
                self._line += self._held[self._at] == "\n"
                self._at += 1
            if self._at < len(self._held) or not self._more():
                return self._held[self._at : self._at + 1]

    def line_at_next(self) -> int:
        self.next_letter()
        return self._line

    def pass_letter(self) -> None:
        self._at += 1

    def value(self) -> Any:
        while True:
            try:
                value, end = _DECODER.raw_decode(self._held, self._at)
            except (ValueError, RecursionError) as fault:
                if (
                    isinstance(fault, RecursionError)
                    or len(self._held) - self._at > LONGEST
                    or not self._more()
                ):
                    raise self.malformed() from None
                continue
            self._line += self._held.count("\n", self._at, end)
            self._at = end
            return value

    def malformed(self) -> InvalidRequest:
        return InvalidRequest(f"From line {self._line} on this is no JSON list of bookings.")

    def _more(self) -> bool:
        chunk = self._text.read(CHUNK)
        self._held, self._at = self._held[self._at :] + chunk, 0
        return bool(chunk)
