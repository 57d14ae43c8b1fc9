"""Puts the figures of `manage.py bench --json` into docs/benchmarks.md and draws its plots: `publish FIGURES`."""

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import leather

from benchmarks import report

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE, PICTURES = DOCS / "benchmarks.md", DOCS / "pictures"
_MARKED = re.compile(r"(<!-- figures -->\n).*(<!-- /figures -->)", re.DOTALL)
GROWN = (
    "bookings, by nothing",
    "bookings, by status",
    "bookings, by search",
    "catalog",
    "slots of 30 days, cold",
)


def publish(document: dict[str, Any]) -> None:
    told = f"{report.markdown(document)}\n"
    PAGE.write_text(_MARKED.sub(lambda found: f"{found[1]}\n{told}\n{found[2]}", PAGE.read_text()))
    reads = [(each["per_second"], each["scenario"]) for each in document["reads"]]
    _bars(report.PICTURES["Reads"], "Reads: answers a second, 8 clients", reads)
    made = [
        (each["per_second"], f"{each['scenario']}, {each['clients']} at once")
        for group in document["bookings"]
        for each in group
    ]
    _bars(report.PICTURES["Bookings"], "Bookings: answers a second", made)
    _growth(report.PICTURES["Growth"], document["growth"])


def _bars(name: str, title: str, rows: Sequence[tuple[float, str]]) -> None:
    chart = leather.Chart(title)
    chart.add_bars(rows[::-1])
    chart.to_svg(str(PICTURES / name), width=900, height=120 + 45 * len(rows))


def _growth(name: str, grown: Sequence[dict[str, Any]]) -> None:
    """From a thousand bookings to a million, so that each step is one power of ten."""
    chart = leather.Chart("95th percentile in milliseconds, by bookings of the organization (powers of ten)")
    for each in grown:
        if each["asked"] in GROWN:
            points = [(len(size) - 1, told["p95_ms"]) for size, told in each["sizes"].items()]
            chart.add_line(points, name=each["asked"])
    chart.add_y_scale(0, 1.1 * max(told["p95_ms"] for each in grown for told in each["sizes"].values()))
    chart.to_svg(str(PICTURES / name), width=900, height=500)


if __name__ == "__main__":
    publish(json.loads(Path(sys.argv[1]).read_text()))
