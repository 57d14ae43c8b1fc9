"""What a browser without scripts does with the staff's forms: sends back what they show, but for what one changed."""

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse
from django.test import Client


class _Form(HTMLParser):
    """The fields of the form with this id, in their order."""

    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id, self.inside, self.ignored = form_id, False, 0
        self.fields: list[tuple[str, str]] = []
        self.select: str | None = None
        self.textarea: str | None = None
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = given.get("id") == self.form_id
        self.ignored += tag == "template"
        if not self.inside or self.ignored:
            return
        if tag == "input" and given.get("name") and self._sent(given):
            self.fields.append((given["name"], given.get("value", "on" if "checked" in given else "")))
        elif tag == "select":
            self.select = given["name"]
        elif tag == "option" and self.select and "selected" in given:
            self.fields.append((self.select, given.get("value", "")))
        elif tag == "textarea":
            self.textarea, self.text = given["name"], ""

    @staticmethod
    def _sent(given: dict[str, str]) -> bool:
        ticked = given.get("type") not in {"checkbox", "radio"} or "checked" in given
        return ticked and given.get("type") not in {"submit", "button"}

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        self.ignored -= tag == "template"
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self.select = None
        elif tag == "textarea" and self.textarea:
            self.fields.append((self.textarea, self.text.removeprefix("\n").replace("\n", "\r\n")))
            self.textarea = None


def fields_of(page: HttpResponse, form_id: str) -> dict[str, list[str]]:
    parser = _Form(form_id)
    parser.feed(page.content.decode())
    gathered: dict[str, list[str]] = {}
    for name, value in parser.fields:
        gathered.setdefault(name, []).append(value)
    assert gathered, f"no form {form_id} here"
    return gathered


def save(client: Client, path: str, form_id: str, **changes: Any) -> HttpResponse:
    """Opens the page and saves it: a change of None takes the field out, as an unticked box is."""
    page = client.get(path)
    assert page.status_code == 200, page
    return client.post(path, changed(fields_of(page, form_id), changes))


def changed(fields: dict[str, list[str]], changes: dict[str, Any]) -> dict[str, Any]:
    kept = {name: values for name, values in fields.items() if name not in changes}
    return kept | {name: value for name, value in changes.items() if value is not None}


def text_of(page: HttpResponse) -> str:
    """What one reads on it, white space as one blank."""
    without = re.sub(r"(?s)<(script|style|template)\b.*?</\1>", " ", page.content.decode())
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", without)))


def errors_of(page: HttpResponse) -> dict[str, list[str]]:
    """Of a form that was refused, by field, without the markup of links."""
    assert page.status_code == 200, "not refused"
    form = page.context["adminform"].form
    return {
        name: [re.sub(r"<[^>]+>", " ", str(each)) for each in errors] for name, errors in form.errors.items()
    }
